"""Telling maps and lists apart among values of any kind, in a form that type checkers follow.

``isinstance(value, dict)`` leaves a strict type checker with keys and items of unknown type; these say what a
value can hold, because values are JSON data with string keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

SCALARS = frozenset({str, int, float, bool, type(None)})
"""The types of plain leaves: asking for them first spares most values the slow question for an abstract map."""

_NO_MAPS = SCALARS | {list, tuple}


def is_map(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether ``value`` is a map; its keys are strings wherever it came from files, state or drivers' models."""
    kind = type(value)
    return kind is dict or (kind not in _NO_MAPS and isinstance(value, Mapping))


def is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether ``value`` is a list or a tuple; a string is neither."""
    return isinstance(value, (list, tuple))


def is_set(value: object) -> TypeGuard[set[Any] | frozenset[Any]]:
    """Whether ``value`` is a set, frozen or not."""
    return isinstance(value, (set, frozenset))
