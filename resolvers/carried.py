"""Folders that inputs of a definition name, as values: what lies in them travels with the resource."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ..graph.diagnostics import did_you_mean
from ..graph.types import InputProblem, NotDescribed
from ..graph.values import Value
from .catalog import Catalog, ResourceDefinition

LIMIT = 1024 * 1024
"""Bytes that a folder may hold in all: it is recorded with each resource, and lies in each plan that changes one."""


def carried(catalog: Catalog, definition: ResourceDefinition, folders: frozenset[str]) -> dict[str, Value]:
    """The inputs among ``folders`` that name one beside the definition, as its path and the content of its files.

    Raises :class:`NotDescribed` where nothing lies there, or too much.
    """
    named = {name: definition.inputs[name] for name in sorted(folders & definition.inputs.keys())}
    return {name: _folder(catalog, definition, name, text) for name, text in named.items() if _is_path(text)}


def _is_path(written: Any) -> bool:
    return isinstance(written, str) and written.startswith(("./", "../")) and "${" not in written


def _folder(catalog: Catalog, definition: ResourceDefinition, name: str, text: str) -> Value:
    path, files = catalog.folder_of(definition, text)
    if not files:
        known = catalog.folders_beside(definition)
        hint = did_you_mean(text, known, noun="folders of the catalog") if known else None
        message = f"there is no folder '{text[:200]}' beside the definition, or it holds no file"
        raise NotDescribed(InputProblem("folder-missing", message, (name,), hint))
    size = sum(map(len, files.values()))
    if size > LIMIT:
        message = f"the folder '{path}' holds {size} bytes; at most {LIMIT} travel with a resource"
        hint = "take out what is not needed, or publish it and name it by its address"
        raise NotDescribed(InputProblem("folder-too-large", message, (name,), hint))
    return {"path": path, "files": {inner: _content(content) for inner, content in files.items()}}


def _content(content: bytes) -> str | Mapping[str, str]:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
