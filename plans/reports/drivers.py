"""The installed drivers. Format version 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ...drivers.marks import IMMUTABLE, SEALED, SECRET, STABLE
from ...drivers.registry import AnyDriver, Registry

_OPTIONAL = ("find", "plan", "status", "logs", "rotate", "pause", "resume", "retain", "import_", "upgrade")
_MARKS = {IMMUTABLE: "immutable", SECRET: "secret", STABLE: "stable", SEALED: "sealed"}


def drivers(registry: Registry) -> dict[str, Any]:
    """Every driver in a line's worth."""
    found = [(registry.get(name), registry.source(name)) for name in registry.names()]
    return {"format": 1, "kind": "drivers", "drivers": [_brief(d, source) for d, source in found]}


def driver(registry: Registry, name: str) -> dict[str, Any]:
    """One driver with its inputs and outputs; raises LookupError."""
    found = registry.get(name)
    return {
        "format": 1,
        "kind": "driver",
        **_brief(found, registry.source(name)),
        "schema_version": found.schema_version,
        "behaviour": found.behaviour,
        "timeout": found.timeout,
        "operations": [o.rstrip("_") for o in _OPTIONAL if found.offers(o)],
        "inputs": _fields(found.Inputs),
        "outputs": _fields(found.Outputs),
    }


def _brief(found: AnyDriver, source: str) -> dict[str, Any]:
    return {
        "name": found.name,
        "summary": found.summary,
        "create": found.create_mode.value,
        "connection": found.connection_kind,
        "module": source,
    }


def _fields(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    required = schema.get("required", ())
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    return [
        {
            "name": name,
            "type": _kind(field),
            "marks": [
                *(["required"] if name in required else []),
                *(w for m, w in _MARKS.items() if field.get(m)),
            ],
            "description": field.get("description", ""),
        }
        for name, field in properties.items()
    ]


def _kind(field: Mapping[str, Any]) -> str:
    if "type" in field:
        return str(field["type"])
    choices = [_kind(c) for c in field.get("anyOf", ())]
    return " or ".join(c for c in choices if c != "null") or ("object" if "$ref" in field else "any")
