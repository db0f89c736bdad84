"""A platform catalog: its types, and what its layers declare. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...graph.diagnostics import Place
from ...graph.types import ResourceType
from ...graph.values import display
from ...resolvers.catalog import Catalog, Layer
from ..report import diagnostic
from .templates import question


def types(catalog: Catalog) -> dict[str, Any]:
    """Every resource type with what may be asked of it and what it gives."""
    return {"format": 1, "kind": "types", "types": [_type(t) for t in catalog.types()]}


def _type(found: ResourceType) -> dict[str, Any]:
    return {
        "name": found.name,
        "description": found.description,
        "params": dict(found.params),
        "outputs": [
            {"name": f.name, "type": f.type, "secret": f.secret, "optional": f.optional}
            for f in found.output_fields().values()
        ],
        "data_bearing": found.data_bearing,
        "place": None if found.place is None else str(found.place),
    }


def catalog(found: Catalog) -> dict[str, Any]:
    """Every item of every layer, nearest layer first."""
    return {
        "format": 1,
        "kind": "catalog",
        "revision": found.revision,
        "organization": found.organization,
        "layers": [{"name": layer.name, "items": list(_items(layer))} for layer in found.layers],
        "remarks": [diagnostic(d) for d in found.remarks],
    }


def _items(layer: Layer) -> Iterable[Mapping[str, Any]]:
    if layer.platform is not None:
        yield _item("Platform", layer.platform.name, layer.platform.organization, layer.platform.place)
    for environment in layer.environment_types.values():
        yield _item("EnvironmentType", environment.name, environment.description, environment.place)
    for kind in layer.types.values():
        yield _item("ResourceType", kind.name, kind.description, kind.place)
    for definition in layer.definitions.values():
        detail = f"{definition.type} by driver {definition.driver}"
        yield _item("ResourceDefinition", definition.name, detail, definition.place)
    for profile in layer.profiles.values():
        yield _item("WorkloadProfile", profile.name, f"target {profile.target or 'any'}", profile.place)
    for connection in layer.connections.values():
        yield _item("Connection", connection.name, connection.kind, connection.place)
    for template in layer.templates.values():
        yield _item("Template", template.name, template.description, template.place)


def _item(kind: str, name: str, detail: str, place: Place | None) -> Mapping[str, Any]:
    return {"kind": kind, "name": name, "detail": detail, "where": "" if place is None else str(place)}


def named(found: Catalog, name: str) -> dict[str, Any]:
    """Everything called ``name``, nearest layer first."""
    items = [
        {"kind": kind, "name": name, "layer": layer.name, **rest}
        for layer in found.layers
        for kind, rest in _named(layer, name)
    ]
    return {"format": 1, "kind": "catalog-items", "name": name, "items": items}


def names(found: Catalog) -> list[str]:
    """The names of all items, sorted."""
    return sorted({item["name"] for layer in found.layers for item in _items(layer)})


def _named(layer: Layer, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    if name in layer.environment_types:
        environment = layer.environment_types[name]
        variables = {
            v.name: {"default": display(v.default), "secret": v.secret}
            for v in environment.variables.values()
        }
        body: dict[str, Any] = {
            "onRemove": environment.on_remove,
            "secretStore": environment.secret_store,
            "connections": dict(environment.connections),
            "variables": variables,
            "ephemeral": environment.ephemeral,
            "order": environment.order,
            "builds": [
                {"ref": r.ref, "workloads": list(r.workloads), "then": "deploy" if r.deploy else "record"}
                for r in environment.builds
            ],
        }
        yield "EnvironmentType", {"where": str(environment.place), "body": body}
    if name in layer.types:
        kind = layer.types[name]
        body = {"params": dict(kind.params), "outputs": dict(kind.outputs), "dataBearing": kind.data_bearing}
        yield "ResourceType", {"where": str(kind.place or ""), "body": body}
    if name in layer.definitions:
        definition = layer.definitions[name]
        yield "ResourceDefinition", {"where": str(definition.place), "body": display(definition.body)}
    if name in layer.profiles:
        profile = layer.profiles[name]
        body = {
            "target": profile.target,
            "defaults": display(profile.defaults),
            "patches": display(list(profile.patches)),
        }
        yield "WorkloadProfile", {"where": str(profile.place), "body": body}
    if name in layer.connections:
        connection = layer.connections[name]
        body = {"kind": connection.kind, "values": display(connection.values)}
        yield "Connection", {"where": str(connection.place), "body": body}
    if name in layer.templates:
        template = layer.templates[name]
        body = {
            "description": template.description,
            "questions": {q.name: question(q) for q in template.questions},
            "files": [f.target for f in template.files],
        }
        yield "Template", {"where": str(template.place), "body": body}
