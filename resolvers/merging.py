"""Score fragments laid under one another: what the nearer one says counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..graph.narrow import is_map
from .render import Path

_WHOLE = frozenset({"files", "volumes", "before"})
"""Parts of a container whose entries are one thing each: half of one and half of another would be neither."""


def whole(path: Path) -> bool:
    """Whether what stands at a path of a workload is taken as one and never merged."""
    if path[:2] == ("service", "ports"):
        return len(path) >= 3
    if path[:1] == ("containers",) and len(path) >= 3:
        return str(path[2]).endswith("Probe") or (path[2] in _WHOLE and len(path) >= 4)
    return False


def merged(under: Any, over: Any, path: Path = ()) -> Any:
    """``over`` laid upon ``under``: maps are merged, everything else is taken from ``over``."""
    if not (is_map(under) and is_map(over)) or whole(path):
        return over
    found = dict(under)
    for key, value in over.items():
        found[key] = merged(under[key], value, (*path, key)) if key in under else value
    return found


def parts(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything that a fragment sets, each with its path; what is never merged is one part."""
    if is_map(data) and not whole(path) and (data or not path):
        for key, value in data.items():
            yield from parts(value, (*path, key))
    else:
        yield path, data
