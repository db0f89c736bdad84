"""What an unquoted word means: the core schema of YAML 1.2.

Only ``true`` and ``false`` are booleans; ``no``, ``on``, ``22:22:22`` and ``1_000`` are text. Dates are marked,
because older readers do not take them for text.
"""

from __future__ import annotations

import math
import re

CORE = "tag:yaml.org,2002:"

Scalar = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z", re.ASCII)
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z", re.ASCII)
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9:.]+[ \t]*[-+:Z0-9]*)?\Z", re.ASCII
)
_SPECIAL_START = frozenset("0123456789+-.~nNtTfF")


class Date(str):
    """Text that was written without quotes and that older YAML readers take for a date or a time."""

    __slots__ = ()


class BadScalar(ValueError):
    """An unquoted word that is no usable value; the message says why."""


def plain(word: str) -> Scalar:
    """The value of an unquoted word; raises :class:`BadScalar` for numbers that JSON cannot carry."""
    if word and word[0] not in _SPECIAL_START:
        return word
    if word in _NULL:
        return None
    known = _BOOLEANS.get(word)
    if known is not None:
        return known
    if _INTEGER.match(word) or _BASED.match(word):
        return _integer(word)
    if _FLOAT.match(word):
        return _float(word)
    if _ENDLESS.match(word):
        raise BadScalar(f"{word} is no number that can be used")
    return Date(word) if _DATE.match(word) else word


def tagged(tag: str, word: str) -> Scalar:
    """The value of a word that carries a tag of the core schema; raises :class:`BadScalar` if it does not fit."""
    kind = tag.removeprefix(CORE)
    if kind == "str" or tag == "!":
        return word
    value = plain(word)
    fits = {
        "null": value is None,
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if not tag.startswith(CORE) or kind not in fits:
        raise LookupError(tag)
    if not fits[kind]:
        raise BadScalar(f"'{word[:40]}' is no {kind}")
    return float(value) if kind == "float" and isinstance(value, int) else value


def _integer(word: str) -> int:
    if len(word) <= 40:
        value = int(word, 0) if word[:2] in ("0o", "0x") else int(word)
        if -(2**63) <= value < 2**64:
            return value
    raise BadScalar(f"{word[:40]} does not fit into 64 bits")


def _float(word: str) -> float:
    value = float(word)
    if math.isinf(value):
        raise BadScalar(f"{word[:40]} is too large a number")
    return value
