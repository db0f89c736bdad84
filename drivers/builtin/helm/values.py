"""Values of a release: in clear for the program alone, and without what is secret for anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, Unknown, Value, fill, has_secret, leaves


def clear(values: Value, reveal: Callable[[Secret], str]) -> Any:
    """The values with their secrets opened."""

    def answer(leaf: Unknown | Secret) -> Value:
        return reveal(leaf) if isinstance(leaf, Secret) else leaf

    return fill(values, answer)


def secrets(values: Value, reveal: Callable[[Secret], str]) -> tuple[str, ...]:
    """The clear texts of the secrets among the values."""
    return tuple(reveal(leaf) for leaf in leaves(values) if isinstance(leaf, Secret))


def open_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that anybody may see; an item of a list that is secret takes its list with it."""
    return {name: _open(item) for name, item in values.items() if is_map(item) or not has_secret(item)}


def _open(value: Value) -> Value:
    if is_map(value):
        return open_values(value)
    return [_open(item) for item in value] if is_list(value) else value
