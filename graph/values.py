"""Values: known, unknown until apply, secret, or text that mixes them.

A value is JSON data whose leaves may also be :class:`Unknown`, :class:`Secret` or :class:`Text`. Unknown and
secret propagate: a container is as unknown and as secret as what it holds. No leaf ever carries the clear
text of a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from .address import Address
from .narrow import SCALARS, is_list, is_map

type_names = ("string", "integer", "number", "boolean", "object", "array", "any")

Value = Any
"""JSON data, :class:`Unknown`, :class:`Secret`, :class:`Text`, or lists and string-keyed maps of these."""

HIDDEN = "***"


class Unknown(Struct, frozen=True):
    """The output ``path`` of the resource ``source``, decided when that resource is applied.

    ``type`` is one of ``type_names``. In a compiled graph every reference is unknown; planning replaces those
    that recorded state answers.
    """

    source: Address
    path: tuple[str, ...]
    type: str = "any"
    secret: bool = False

    def __str__(self) -> str:
        return f"(known after {self.source})"


class Secret(Struct, frozen=True):
    """A secret by reference: where it lies and which version. ``version`` None means not known yet."""

    store: str
    ref: str
    version: str | None = None

    def __str__(self) -> str:
        return HIDDEN


class Text(Struct, frozen=True):
    """Text with holes; each part is a string, an :class:`Unknown` or a :class:`Secret`."""

    parts: tuple[str | Unknown | Secret, ...]

    def __str__(self) -> str:
        return "".join(str(p) for p in self.parts)


def leaves(value: Value) -> list[Unknown | Secret]:
    """All unknown and secret leaves inside ``value``, also those inside text, in document order."""
    found: list[Unknown | Secret] = []
    _gather(value, found)
    return found


def _gather(value: Value, found: list[Unknown | Secret]) -> None:
    if type(value) in SCALARS:
        return
    if isinstance(value, Unknown | Secret):
        found.append(value)
    elif isinstance(value, Text):
        found.extend(p for p in value.parts if not isinstance(p, str))
    elif is_map(value):
        for item in value.values():
            _gather(item, found)
    elif is_list(value):
        for item in value:
            _gather(item, found)


def has_unknown(value: Value) -> bool:
    """Whether any part of ``value`` is decided only at apply."""
    return any(isinstance(leaf, Unknown) for leaf in leaves(value))


def has_secret(value: Value) -> bool:
    """Whether ``value`` contains, or will contain, a secret."""
    return any(is_secret(leaf) for leaf in leaves(value))


def is_secret(leaf: Unknown | Secret) -> bool:
    """Whether a leaf is a secret, or will be one."""
    return isinstance(leaf, Secret) or leaf.secret


def text(parts: list[str | Unknown | Secret]) -> str | Text:
    """Join parts; plain strings are merged and text without holes becomes a string."""
    merged: list[str | Unknown | Secret] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] = merged[-1] + part
        elif part != "":
            merged.append(part)
    if not merged:
        return ""
    if len(merged) == 1 and isinstance(merged[0], str):
        return merged[0]
    return Text(tuple(merged))


def fill(value: Value, answer: Callable[[Unknown | Secret], Value]) -> Value:
    """Replace every unknown and secret leaf by ``answer(leaf)``; return the leaf itself to keep it.

    Inside text an answered non-string is written as compact JSON, text is spliced in. Untouched containers
    are returned as they are.
    """
    if type(value) in SCALARS:
        return value
    if isinstance(value, Unknown | Secret):
        return answer(value)
    if isinstance(value, Text):
        return text([piece for part in value.parts for piece in _pieces(part, answer)])
    if is_map(value):
        filled = {k: fill(v, answer) for k, v in value.items()}
        return value if all(filled[k] is v for k, v in value.items()) else filled
    if is_list(value):
        items = [fill(v, answer) for v in value]
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    return value


def in_text(value: Value) -> list[str | Unknown | Secret]:
    """The parts that ``value`` contributes when it is put inside text (non-strings as compact JSON)."""
    if isinstance(value, str | Unknown | Secret):
        return [value]
    if isinstance(value, Text):
        return list(value.parts)
    from .fingerprint import canonical

    if leaves(value):
        raise ValueError("a map or list that holds unknown or secret values cannot be put inside text")
    return [canonical(value).decode()]


def _pieces(
    part: str | Unknown | Secret, answer: Callable[[Unknown | Secret], Value]
) -> list[str | Unknown | Secret]:
    return [part] if isinstance(part, str) else in_text(answer(part))


def dig(value: Value, path: tuple[str, ...]) -> Value:
    """The part of ``value`` at ``path`` (map keys, list indexes as digits); raises KeyError when there is none."""
    for step in path:
        if is_map(value):
            value = value[step]
        elif is_list(value) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise KeyError(step)
    return value


def display(value: Value) -> Value:
    """The same value as plain JSON that may be shown to anyone: secrets as ``***``, unknowns as a phrase."""
    if type(value) in SCALARS:
        return value
    if isinstance(value, Unknown | Secret | Text):
        return str(value)
    if is_map(value):
        return {k: display(v) for k, v in value.items()}
    if is_list(value):
        return [display(v) for v in value]
    return value
