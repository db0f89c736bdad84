"""What of a manifest does not fit a published schema: fields that there are not, wrong types, what is missing. Pure.

It knows of the schema's language what clusters publish, and takes for right what it does not know, because the cluster
itself has the last word. A field that no schema names is wrong, as it is for a server that validates strictly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ....graph.diagnostics import nearest
from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, Text, Unknown

Schema = Mapping[str, Any]

_REF = "#/components/schemas/"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
_NAMES = {str: "text", int: "a number", float: "a number", bool: "true or false"}
_DEEPEST = 60


def misfits(schema: Schema, value: Any, schemas: Mapping[str, Schema], path: str = "") -> Iterator[str]:
    """What is wrong, each with its path; ``schemas`` are those that others refer to. Leaves that are not known fit."""
    if value is None or isinstance(value, Unknown | Secret | Text) or path.count(".") > _DEEPEST:
        return
    if "$ref" in schema:
        yield from misfits(schemas.get(str(schema["$ref"]).removeprefix(_REF), {}), value, schemas, path)
        return
    for one in _all(schema, "allOf"):
        yield from misfits(one, value, schemas, path)
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        yield from _typed(("integer", "string"), value, path)
        return
    if "type" not in schema and "properties" not in schema:
        yield from _any_of(schema, value, schemas, path)
    elif schema.get("type") == "array":
        yield from _list(schema, value, schemas, path)
    elif schema.get("type") == "object" or "properties" in schema:
        yield from _map(schema, value, schemas, path)
    else:
        yield from _typed((str(schema["type"]),), value, path)
        allowed = schema.get("enum")
        if is_list(allowed) and isinstance(value, str) and value not in allowed:
            yield f"{path}: {value!r} is none of {', '.join(str(item) for item in allowed)}"


def _any_of(schema: Schema, value: Any, schemas: Mapping[str, Schema], path: str) -> Iterator[str]:
    ways = [*_all(schema, "oneOf"), *_all(schema, "anyOf")]
    told = [list(misfits(way, value, schemas, path)) for way in ways]
    if told and all(told):
        yield from told[0]


def _map(schema: Schema, value: Any, schemas: Mapping[str, Schema], path: str) -> Iterator[str]:
    if not is_map(value):
        yield f"{path}: {_shown(value)}, not a map"
        return
    known: Any = schema.get("properties")
    properties: Mapping[str, Schema] = known if is_map(known) else {}
    extra: Any = schema.get("additionalProperties")
    is_open = extra is True or bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    is_open = is_open or (extra is None and not properties)
    for name, item in value.items():
        where = f"{path}.{name}" if path else str(name)
        inner = properties.get(name, extra)
        if is_map(inner):
            yield from misfits(inner, item, schemas, where)
        elif not is_open:
            close = nearest(str(name), list(properties))
            yield f"{where}: there is no such field" + (f", did you mean '{close}'?" if close else "")
    for name in schema.get("required", ()):
        if value.get(name) is None:
            yield f"{path}.{name} is required" if path else f"{name} is required"


def _list(schema: Schema, value: Any, schemas: Mapping[str, Schema], path: str) -> Iterator[str]:
    if not is_list(value):
        yield f"{path}: {_shown(value)}, not a list"
        return
    items: Any = schema.get("items")
    for index, item in enumerate(value):
        yield from misfits(items if is_map(items) else {}, item, schemas, f"{path}[{index}]")


def _typed(allowed: tuple[str, ...], value: Any, path: str) -> Iterator[str]:
    known = [name for name in allowed if name in _TYPES]
    if not known:
        return
    fits = any(
        isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
        for name in known
    )
    if not fits and not ("integer" in known and isinstance(value, float) and value.is_integer()):
        asked = " or ".join(_NAMES[_TYPES[name][-1]] for name in known)
        yield f"{path}: {_shown(value)}, not {asked}"


def _all(schema: Schema, name: str) -> list[Schema]:
    found = schema.get(name)
    return [one for one in found if is_map(one)] if is_list(found) else []


def _shown(value: Any) -> str:
    if is_map(value):
        return "a map"
    if is_list(value):
        return "a list"
    named = next((name for kind, name in _NAMES.items() if type(value) is kind), "something else")
    return f"{named} ({str(value)[:40]})"
