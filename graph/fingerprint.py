"""Canonical JSON and digests: equal values give equal bytes, on every machine and Python."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any

from .narrow import is_list, is_map

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_WHOLE_FLOAT = re.compile(r"(?:^|[:,\[])-?\d+(?:\.0|(?:\.\d+)?e[+-]?\d+)(?=[,}\]]|$)")
"""What a float without a fraction looks like; text may look so too, which only costs a second look."""

_MAYBE_WHOLE = (".0,", ".0}", ".0]", "e+")
"""One of these is in every text with such a float inside a map or list; most texts have none, and need no slow search."""


def canonical(value: Any) -> bytes:
    """Sorted, compact JSON in which ``1.0`` and ``1`` are the same.

    Raises ValueError for NaN, infinities and text that is no Unicode, TypeError for what is not JSON.
    """
    try:
        found = _ENCODER.encode(value)
    except TypeError:
        return _ENCODER.encode(_normal(value)).encode()
    if isinstance(value, float) or any(mark in found for mark in _MAYBE_WHOLE):
        found = _ENCODER.encode(_normal(value)) if _WHOLE_FLOAT.search(found) else found
    return found.encode()


def digest(value: Any) -> str:
    """The sha256 of the canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_bytes(content: bytes) -> str:
    """The sha256 of raw bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("NaN and infinities have no canonical form")
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if is_map(value):
        return {str(k): _normal(v) for k, v in value.items()}
    if is_list(value):
        return [_normal(v) for v in value]
    return value
