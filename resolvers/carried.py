"""Folders that inputs of a definition name, beside it or in a repository: their files travel with the resource."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from ..graph.diagnostics import did_you_mean
from ..graph.errors import InvalidInput
from ..graph.types import InputProblem, NotDescribed
from ..graph.values import Value
from .catalog import Catalog, ResourceDefinition
from .catalog.elsewhere import LIMIT, StaysElsewhere, named


def carried(catalog: Catalog, definition: ResourceDefinition, folders: frozenset[str]) -> dict[str, Value]:
    """The inputs among ``folders`` that name one beside the definition, as its path and the content of its files.

    Raises :class:`NotDescribed` where nothing lies there, or too much.
    """
    given = {name: definition.inputs[name] for name in sorted(folders & definition.inputs.keys())}
    return {name: _folder(catalog, definition, name, text) for name, text in given.items() if _is_path(text)}


def fetched(
    catalog: Catalog,
    definition: ResourceDefinition,
    folders: frozenset[str],
    stays: Callable[[str, str], None],
) -> dict[str, Value]:
    """The inputs among ``folders`` that name one in a repository or registry, as its address and the content of its files.

    ``stays`` is told the input and the reason where files do not travel. Raises :class:`NotDescribed` where nothing lies
    there.
    """
    found: dict[str, Value] = {}
    for name in sorted(folders & definition.inputs.keys()):
        location = named(definition.inputs[name], definition.inputs.get("version"))
        try:
            files = None if location is None else catalog.folder_elsewhere(definition, location)
        except StaysElsewhere as reason:
            stays(name, str(reason))
            continue
        except InvalidInput as error:
            problems = (InputProblem(d.code, d.message, (name,), d.hint) for d in error.diagnostics)
            raise NotDescribed(*problems) from None
        if location is not None and files:
            found[name] = _value(location, files)
    return found


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
    return _value(path, files)


def _value(path: str, files: Mapping[str, bytes]) -> Value:
    return {"path": path, "files": {inner: _content(content) for inner, content in files.items()}}


def _content(content: bytes) -> str | Mapping[str, str]:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
