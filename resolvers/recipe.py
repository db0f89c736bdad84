"""What a definition says once for all resources that it meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from ..graph import resources
from ..graph.diagnostics import did_you_mean
from ..graph.narrow import is_list, is_map
from ..graph.types import DriverDescription, OutputField, ResourceType, Schema
from ..graph.values import Value
from .catalog import CoProvision, Dependency, ResourceDefinition
from .placeholders import BadPlaceholder, Placeholder, scan
from .render import Unresolved
from .shape import Shape


class Recipe(Struct, frozen=True, dict=True):
    """A definition together with its type, its driver and its connection in one environment.

    ``fields`` are the outputs that others may use; ``open_fields`` says that there may be further ones, whose
    names nobody knows before apply. ``carried`` are the inputs that name folders, as their files.
    """

    definition: ResourceDefinition
    type: ResourceType
    description: DriverDescription
    fields: Mapping[str, OutputField]
    open_fields: bool
    met_by: resources.Definition
    connection: resources.Connection | None
    carried: Mapping[str, Value] = field(default_factory=dict[str, Value])
    _known: dict[tuple[str, ...], tuple[str, bool]] = field(
        default_factory=dict[tuple[str, ...], tuple[str, bool]]
    )

    def output(self, path: tuple[str, ...]) -> tuple[str, bool]:
        """Type and secrecy of an output, or of a part of one; raises :class:`Unresolved` if there is none."""
        if path not in self._known:
            self._known[path] = self._output(path)
        return self._known[path]

    def _output(self, path: tuple[str, ...]) -> tuple[str, bool]:
        if not path:
            return "object", any(f.secret for f in self.fields.values())
        found = self.fields.get(path[0])
        if found is None:
            if self.open_fields:
                return "any", False
            raise self._no_output(path[0])
        if len(path) == 1:
            return found.type, found.secret
        return self._part(path, found), found.secret

    def _no_output(self, name: str) -> Unresolved:
        hint = did_you_mean(name, self.fields, noun="its outputs") if self.fields else "it has no outputs"
        if name in self.type.output_fields():
            message = (
                f"definition '{self.definition.name}' leaves out the output '{name}' of type {self.type.name}"
            )
        else:
            message = f"type {self.type.name} has no output '{name[:100]}'"
        return Unresolved("unknown-output", message, hint)

    def _part(self, path: tuple[str, ...], output: OutputField) -> str:
        schema: Any = self.type.outputs.get("properties", {}).get(path[0])
        if schema is None:
            schema = self.description.outputs.get("properties", {}).get(path[0], {})
        kind = output.type
        for depth, step in enumerate(path[1:], 1):
            if kind not in ("object", "array", "any"):
                name = ".".join(path[:depth])
                raise Unresolved("unknown-output", f"output '{name}' of type {self.type.name} has no parts")
            schema = self._below(schema, step, path[:depth])
            written = schema.get("type", "any")
            kind = written if isinstance(written, str) else "any"
        return kind

    def _below(self, schema: Any, step: str, path: tuple[str, ...]) -> Any:
        properties = schema.get("properties", {})
        if step in properties:
            return properties[step]
        if "items" in schema:
            return schema["items"]
        extra = schema.get("additionalProperties", True)
        if extra is False:
            message = f"output '{'.'.join(path)}' of type {self.type.name} has no part '{step[:100]}'"
            raise Unresolved("unknown-output", message, did_you_mean(step, properties, noun="its parts"))
        return extra if is_map(extra) else {}

    @cached_property
    def inputs_shape(self) -> Shape:
        """What the driver accepts."""
        return Shape(self.description.inputs)

    @cached_property
    def params_schema(self) -> Schema:
        """What may be asked for: the type's params, closed and extended where the definition declares its own."""
        own, base = self.definition.params, self.type.params
        if own is None:
            return {**base, "additionalProperties": base.get("additionalProperties", self.type.open_params)}
        return {
            "type": "object",
            "properties": {**base.get("properties", {}), **own.get("properties", {})},
            "required": sorted({*base.get("required", ()), *own.get("required", ())}),
            "additionalProperties": own.get("additionalProperties", False),
        }

    @cached_property
    def params_shape(self) -> Shape:
        """The params' schema made ready for checking."""
        return Shape(self.params_schema)

    @cached_property
    def param_defaults(self) -> Mapping[str, Any]:
        """The defaults that the schemas name."""
        properties = self.params_schema.get("properties", {})
        return {name: s["default"] for name, s in properties.items() if is_map(s) and "default" in s}

    @cached_property
    def params_read(self) -> frozenset[str] | None:
        """The params that something reads; None where all of them are read as one."""
        endpoint = {"workload", "port"} if self.type.endpoint_of else set[str]()
        paths = [p.path for p in self.placeholders if p.path[:2] == ("resource", "params")]
        if any(len(path) == 2 for path in paths):
            return None
        return frozenset(endpoint | {path[2] for path in paths})

    @cached_property
    def selects(self) -> bool:
        """Whether any placeholder looks round in the graph."""
        return any(p.path[0] == "select" for p in self.placeholders)

    @cached_property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """All that stand in the definition; those that cannot be read are left out."""
        d = self.definition
        asked: list[Dependency | CoProvision] = [*d.dependencies, *d.co_provision]
        parts: list[Any] = [d.inputs, d.outputs, *(part.params for part in asked)]
        return tuple(p for part in parts for p in references(part))


def references(data: Any) -> Iterator[Placeholder]:
    """All placeholders inside data; text that cannot be read counts as none."""
    if isinstance(data, str):
        if "$" in data:
            try:
                yield from (p for p in scan(data) if isinstance(p, Placeholder))
            except BadPlaceholder:
                return
    elif is_map(data):
        for item in data.values():
            yield from references(item)
    elif is_list(data):
        for item in data:
            yield from references(item)
