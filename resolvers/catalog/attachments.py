"""The files besides YAML that belong to a catalog because its definitions name them: modules, charts, scripts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from ...graph.errors import InvalidInput
from ...graph.narrow import is_list, is_map
from ..source import Document, parse_all


def named_paths(files: Mapping[str, bytes]) -> frozenset[str]:
    """The paths below the catalog's folder that inputs of definitions in these YAML files name.

    A text names one where it begins with ``./`` or ``../``, relative to its own file, and holds no placeholder. Whether
    anything lies there is not asked: to a driver it may be a path elsewhere.
    """
    found: set[str] = set()
    for path, content in files.items():
        if b"./" in content:
            for text in _texts([_inputs(d) for d in _documents(content, path)]):
                inner = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
                if text.startswith(("./", "../")) and "${" not in text and not inner.startswith("."):
                    found.add(inner)
    return frozenset(found)


def is_attached(path: str, named: frozenset[str]) -> bool:
    """Whether a file is one that is named, or lies in a folder that is, but in no hidden folder below it."""
    parts = path.split("/")
    for depth in range(1, len(parts) + 1):
        if "/".join(parts[:depth]) in named:
            return not any(part.startswith(".") for part in parts[depth:-1])
    return False


def _documents(content: bytes, path: str) -> tuple[Document, ...]:
    try:
        return parse_all(content, path)
    except InvalidInput:  # told when the layer is read
        return ()


def _inputs(document: Document) -> Any:
    data = document.data
    if not is_map(data) or data.get("kind") != "ResourceDefinition" or not is_map(data.get("spec")):
        return None
    return data["spec"].get("inputs")


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif is_map(data) or is_list(data):
        for item in data.values() if is_map(data) else data:
            yield from _texts(item)
