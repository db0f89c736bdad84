"""The JSON Schemas of all kinds of files that people write, and of the plan document, and how editors find them.

`init` writes them below the application's `.bakehouse`, which is never committed: so they fit the version that is
installed here, and need no network. The first line of a file names its schema by a relative path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from ..graph.diagnostics import Diagnostic, did_you_mean
from ..graph.errors import InvalidInput
from ..graph.narrow import is_list, is_map
from ..plans.report_schema import plan_schema
from ..resolvers.application import application_schema
from ..resolvers.catalog import KINDS, TEST_KIND, schema
from ..resolvers.score.schema import score_schema

FOLDER = ".bakehouse/schemas"
"""Where `init` puts them, relative to the application's folder."""

CATALOG = "Catalog"
"""The schema of a catalog's files, whose documents may be of any of its kinds."""


def schema_of(kind: str) -> Mapping[str, Any]:
    """The schema; raises InvalidInput naming those that there are. Upper and lower case count as one."""
    known = _known()
    found = {name.lower(): name for name in known}.get(kind.lower())
    if found is None:
        hint = did_you_mean(kind, known, noun="kinds")
        raise InvalidInput(Diagnostic("unknown-kind", f"there is no kind '{kind[:100]}'", hint=hint))
    return known[found]()


def kinds() -> dict[str, str]:
    """Every kind that has a schema, with what its files hold."""
    return {name: str(make()["description"]) for name, make in _known().items()}


def write_schemas(root: Path) -> bool:
    """Put all schemas below the application's folder; whether anything there had to change. Raises InvalidInput."""
    from .views.screen import dumps

    folder = root / FOLDER
    changed = False
    try:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(exist_ok=True)
        for name, make in _known().items():
            file = folder / f"{name}.json"
            content = (dumps(make(), indent=True) + "\n").encode()
            if not file.is_file() or file.read_bytes() != content:
                file.write_bytes(content)
                changed = True
    except OSError as error:
        message = f"the schemas for editors cannot be written to {folder}: {error.strerror}"
        hint = "look at the room and the rights of that folder"
        raise InvalidInput(Diagnostic("not-written", message, hint=hint)) from error
    return changed


def modeline(kind: str, file: PurePosixPath) -> str:
    """The line by which an editor finds the schema of a file, whose path is relative to the application's folder."""
    up = "../" * (len(file.parts) - 1)
    return f"# yaml-language-server: $schema={up}{FOLDER}/{kind}.json\n"


def _known() -> dict[str, Callable[[], Mapping[str, Any]]]:
    return {
        "Application": application_schema,
        "Score": score_schema,
        CATALOG: _catalog_schema,
        **{name: partial(schema, name) for name in (*KINDS, TEST_KIND)},
        "Plan": plan_schema,
    }


def _catalog_schema() -> dict[str, Any]:
    """The kinds of a catalog as one schema, chosen by `kind`."""
    described = {"enum": list(KINDS), "description": "What the document declares."}
    parts: dict[str, Any] = {}
    for name in KINDS:
        own = dict(schema(name))
        own.pop("$schema")
        parts |= {f"{name}.{part}": _moved(body, name) for part, body in own.pop("$defs", {}).items()}
        parts[name] = _moved(own, name)
    return {
        "$schema": schema(KINDS[0])["$schema"],
        "title": CATALOG,
        "description": "Any document of a platform catalog.",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": described},
        "allOf": [
            {"if": {"properties": {"kind": {"const": name}}}, "then": {"$ref": f"#/$defs/{name}"}}
            for name in KINDS
        ],
        "$defs": parts,
    }


def _moved(value: Any, kind: str) -> Any:
    """The same with every reference leading to where that kind's parts are kept."""
    if is_list(value):
        return [_moved(item, kind) for item in value]
    if not is_map(value):
        return value
    return {
        key: f"#/$defs/{kind}.{item.removeprefix('#/$defs/')}" if key == "$ref" else _moved(item, kind)
        for key, item in value.items()
    }
