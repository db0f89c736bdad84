"""Plain data whose shape is not known yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..graph.narrow import is_list, is_map
from .positions import Path

_EXACT = 2**53
"""Floats below this are exact, so that one without a fraction is a whole number."""


def as_map(value: Any) -> Mapping[str, Any]:
    """The value itself if it is a map, else an empty one."""
    return value if is_map(value) else {}


def as_list(value: Any) -> Sequence[Any]:
    """The value itself if it is a list, else an empty one."""
    return value if is_list(value) else []


def entries(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """What lies directly inside a map or a list, each with its path; nothing for anything else."""
    for key, item in as_map(value).items():
        yield (*path, key), item
    for index, item in enumerate(as_list(value)):
        yield (*path, index), item


def leaves(
    value: Any, path: Path = (), skip: Callable[[Path], bool] | None = None
) -> Iterator[tuple[Path, Any]]:
    """Every value inside ``value`` that is neither map nor list, in the order of the file, each with its path.

    What ``skip`` says yes to is left out with all that it holds.
    """
    if skip is not None and skip(path):
        return
    if is_map(value) or is_list(value):
        for below, item in entries(value, path):
            yield from leaves(item, below, skip)
    else:
        yield path, value


def plain(value: Any) -> Any:
    """A copy in which nothing is shared; 80.0 becomes 80, and dates become text like any other."""
    if is_map(value):
        return {key: plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return str(value) if isinstance(value, str) else value
