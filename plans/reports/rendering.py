"""The executable configuration of an environment as plain data. Format version 1.

Secrets stand as ``{"$secret": {store, ref}, "version": v}`` and what is not known yet as
``{"$unknown": {from, path, type}}``, text that mixes them as ``{"$text": [...]}``. In a file that is text they are
written ``${secret STORE:REF@VERSION}`` and ``${unknown ADDRESS.PATH}``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...drivers.document import Document, plain_name
from ...graph.address import Address
from ...graph.encoding import encode
from ...graph.narrow import SCALARS, is_list, is_map
from ...graph.values import Secret, Text, Unknown, Value
from ..operations.rendering import Rendered, RenderedResource
from ..report import diagnostic

FOLDER = "resources"
"""Below which each resource has a folder of its own."""


def rendering(rendered: Rendered, only: Collection[Address] = ()) -> dict[str, Any]:
    """The document of everything, or of the resources at the addresses ``only``."""
    graph = rendered.compiled.graph
    environment = graph.environment
    return {
        "format": 1,
        "kind": "rendering",
        "application": graph.application,
        "environment": {"name": environment.name, "type": environment.type, "uid": environment.uid},
        "catalog": rendered.compiled.catalog.revision,
        "resources": [_resource(r) for r in rendered.resources if not only or r.node.address in only],
        "remarks": [diagnostic(d) for d in graph.remarks],
    }


def _resource(rendered: RenderedResource) -> dict[str, Any]:
    node, connection = rendered.node, rendered.target.connection
    folder = f"{FOLDER}/{plain_name(str(node.address))}"
    return {
        "address": str(node.address),
        "uid": node.uid,
        "driver": node.driver,
        "definition": node.definition.name,
        "connection": None
        if connection is None
        else {"name": connection.name, "kind": connection.kind, "values": _plain(connection.values)},
        "depends_on": [str(a) for a in node.depends_on],
        "documents": [_document(folder, d) for d in rendered.documents],
    }


def _document(folder: str, document: Document) -> dict[str, Any]:
    text = isinstance(document.body, str | Text)
    form = "text" if text else "json" if document.name.endswith(".json") else "yaml"
    content = _text(document.body) if text else _plain(document.body)
    return {"path": f"{folder}/{document.name}", "form": form, "content": content}


def _plain(value: Value) -> Any:
    """Plain data in which only leaves are encoded: what a tool reads must keep its own keys that begin with ``$``."""
    if type(value) in SCALARS:
        return value
    if is_map(value):
        return {key: _plain(item) for key, item in value.items()}
    if is_list(value):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else encode(value)


def _text(value: str | Text) -> str:
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else _hole(part) for part in value.parts)


def _hole(leaf: Unknown | Secret) -> str:
    if isinstance(leaf, Unknown):
        return f"${{unknown {'.'.join((str(leaf.source), *leaf.path))}}}"
    version = "" if leaf.version is None else f"@{leaf.version}"
    return f"${{secret {leaf.store}:{leaf.ref}{version}}}"
