"""What is wrong with a document although it fits the schema of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...graph.narrow import is_list, is_map
from ..shape import Misfit, Path


def bad_patterns(schema: Any, path: Path) -> Iterator[Misfit]:
    """Regular expressions inside a JSON Schema that cannot be read."""
    if is_map(schema):
        for key, value in schema.items():
            if key == "pattern" and isinstance(value, str):
                yield from bad_pattern(value, (*path, key))
            else:
                yield from bad_patterns(value, (*path, key))
    elif is_list(schema):
        for index, value in enumerate(schema):
            yield from bad_patterns(value, (*path, index))


def bad_pattern(pattern: str, path: Path) -> Iterator[Misfit]:
    """A regular expression that cannot be read."""
    try:
        re.compile(pattern)
    except re.error as problem:
        yield Misfit(path, "bad-value", f"this is no regular expression: {problem}")


def escaping_paths(inputs: Any, path: Path, depth: int) -> Iterator[Misfit]:
    """Relative paths that lead out of the catalog from a file that lies ``depth`` folders below its top."""
    for where, text in _texts(inputs, path):
        if text.startswith(("./", "../")):
            yield from escaping_path(text, where, depth)


def escaping_path(text: str, path: Path, depth: int) -> Iterator[Misfit]:
    """A path that leads out of the catalog from a file that lies ``depth`` folders below its top."""
    if text.startswith("/") or "\0" in text or _climbs(text) > depth:
        yield Misfit(path, "path-leaves-catalog", f"'{text[:100]}' leads out of the catalog's folder")


def _climbs(text: str) -> int:
    """How many folders above its start a relative path reaches at most."""
    level = highest = 0
    for part in text.split("/"):
        if part == "..":
            level += 1
            highest = max(highest, level)
        elif part not in ("", "."):
            level -= 1
    return highest


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif is_map(data):
        for key, value in data.items():
            yield from _texts(value, (*path, key))
    elif is_list(data):
        for index, value in enumerate(data):
            yield from _texts(value, (*path, index))
