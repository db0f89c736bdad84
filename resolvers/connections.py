"""Which connection a definition's driver works with."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from ..graph import resources
from ..graph.diagnostics import Diagnostic, did_you_mean
from ..graph.types import DriverDescription, DriverSchemas, Schema
from .catalog import Catalog, ConnectionKind, EnvironmentType, ResourceDefinition
from .placeholders import Placeholder
from .positions import pointer
from .render import Path, Rendering, Unresolved
from .shape import Shape
from .surroundings import Surroundings


class Connections(Struct, frozen=True):
    """Finds connections in one environment. What is wrong is handed to ``tell``."""

    catalog: Catalog
    drivers: DriverSchemas
    environment_type: EnvironmentType | None
    surroundings: Surroundings
    tell: Callable[[Diagnostic], None]

    def of(self, definition: ResourceDefinition, driver: DriverDescription) -> resources.Connection | None:
        """The connection that the definition names, else the environment type's of the driver's kind."""
        name, kind = definition.connection, driver.connection_kind
        if name is None and kind is not None:
            name = self.environment_type.connections.get(kind) if self.environment_type else None
            if name is None and not driver.connection_optional:
                self.tell(self._none(definition, kind))
        if name is None:
            return None
        found = self.catalog.connection(name)
        if found is None:
            self.tell(self._unknown(definition, name))
            return None
        if kind is not None and found.kind != kind:
            self.tell(self._other_kind(definition, found, kind))
        return self.resolved(found)

    def _none(self, definition: ResourceDefinition, kind: str) -> Diagnostic:
        where = f"environment type '{self.environment_type.name}'" if self.environment_type else "nothing"
        return Diagnostic(
            "no-connection",
            f"driver '{definition.driver}' of definition '{definition.name}' needs a connection of kind '{kind}', "
            f"and {where} names none",
            place=definition.places.at("driver"),
            hint=f"name one in spec.connections.{kind} of the environment type, or in the definition's connection",
        )

    def _unknown(self, definition: ResourceDefinition, name: str) -> Diagnostic:
        own = definition.connection is not None
        place = definition.places.at("connection") if own or not self.environment_type else None
        return Diagnostic(
            "unknown-connection",
            f"there is no connection '{name}'",
            place=place or (self.environment_type.place if self.environment_type else None),
            hint=known_connections(self.catalog, name),
        )

    def _other_kind(self, definition: ResourceDefinition, found: ConnectionKind, kind: str) -> Diagnostic:
        return Diagnostic(
            "connection-kind",
            f"connection '{found.name}' is of kind '{found.kind}', and driver '{definition.driver}' needs '{kind}'",
            place=definition.places.at("connection") if definition.connection else found.place,
        )

    def resolved(self, found: ConnectionKind) -> resources.Connection:
        """The connection with its placeholders resolved and its values checked against its kind."""

        def report(problem: Unresolved, path: Path) -> None:
            where = ("values", *path)
            self.tell(
                Diagnostic(
                    problem.code,
                    problem.message,
                    place=found.places.at(*where),
                    pointer=pointer(("spec", *where)),
                    hint=problem.hint,
                )
            )

        values = Rendering(self._answer, report).value(found.values)
        schema = self.drivers.connection_schema(found.kind)
        for misfit in Shape(schema).misfits(values) if schema is not None else ():
            where = ("values", *misfit.path)
            message = f"connection '{found.name}': {'.'.join(map(str, where))}: {misfit.message}"
            self.tell(
                Diagnostic(
                    misfit.code, message, place=found.places.at(*where), pointer=pointer(("spec", *where))
                )
            )
        for name in _secret_names(schema or {}):
            if isinstance(found.values.get(name), str):
                self.tell(self._in_clear(found, name))
        return resources.Connection(found.name, found.kind, values)

    def _in_clear(self, found: ConnectionKind, name: str) -> Diagnostic:
        return Diagnostic(
            "secret-in-clear",
            f"connection '{found.name}': values.{name} is a secret and stands here in clear text",
            place=found.places.at("values", name),
            pointer=pointer(("spec", "values", name)),
            hint=f"write a reference: {name}: {{$secret: {{store: env, ref: {_variable(found.name, name)}}}}}",
        )

    def _answer(self, placeholder: Placeholder, path: Path) -> object:
        if placeholder.path[0] not in ("context", "var", "variables"):
            message = f"{placeholder.raw} cannot stand in a connection"
            raise Unresolved("unknown-placeholder", message, "only context and var can")
        return self.surroundings.answer(placeholder)


def _secret_names(schema: Schema) -> list[str]:
    return [name for name, part in schema.get("properties", {}).items() if part.get("x-secret")]


def _variable(*names: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", "_".join(names).upper())


def known_connections(catalog: Catalog, name: str) -> str:
    """A hint where ``name`` is no connection: the nearest, or why there is none."""
    known = [c.name for c in catalog.connections()]
    if known:
        return did_you_mean(name, known, noun="connections")
    return "none is read: connections count only in a catalog that the store names ('bakehouse catalog use SOURCE')"
