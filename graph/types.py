"""Resource types, and what the graph must know about drivers without knowing any driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from .diagnostics import Place

Schema = Mapping[str, Any]
"""A JSON Schema (2020-12). ``x-secret: true`` marks a secret, ``x-stable: true`` what an update never changes."""


class OutputField(Struct, frozen=True):
    """One declared output: its JSON type, whether it is secret, stable under updates, or may be left out."""

    name: str
    type: str = "any"
    secret: bool = False
    stable: bool = False
    optional: bool = False

    @classmethod
    def of(cls, name: str, schema: Schema, *, required: bool) -> OutputField:
        """Read the marks of one property's schema."""
        kind = schema.get("type", "any")
        return cls(
            name=name,
            type=kind if isinstance(kind, str) else "any",
            secret=bool(schema.get("x-secret", False)),
            stable=bool(schema.get("x-stable", False)),
            optional=not required,
        )


class ResourceType(Struct, frozen=True):
    """A kind of need. ``params`` and ``outputs`` are object schemas; unlisted params are accepted where ``open_params``.

    ``endpoint_of`` says whose endpoint a resource of this type is about: ``declarer`` (the declaring workload),
    ``name`` (the workload named like the resource), ``params.workload``, or None.
    No two resources of the type and of one class have the values of all params alike that ``unique`` names.
    ``variables_as_outputs`` types (``environment``) have the environment's variables as outputs.
    """

    name: str
    params: Schema = field(default_factory=lambda: {"type": "object"})
    outputs: Schema = field(default_factory=lambda: {"type": "object"})
    open_params: bool = True
    open_outputs: bool = False
    data_bearing: bool = False
    endpoint_of: str | None = None
    unique: tuple[str, ...] = ()
    variables_as_outputs: bool = False
    description: str = ""
    place: Place | None = None

    def output_fields(self) -> dict[str, OutputField]:
        """The declared outputs by name."""
        return output_fields(self.outputs)


def output_fields(schema: Schema) -> dict[str, OutputField]:
    """The properties of an object schema as output fields; a missing ``required`` list means all are required."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", list(properties))
    return {n: OutputField.of(n, s, required=n in required) for n, s in properties.items()}


class DriverDescription(Struct, frozen=True):
    """What a driver accepts and gives for given static inputs.

    ``inputs`` and ``outputs`` are object schemas; ``connection_kind`` names the kind of ``Connection`` it
    needs, or is None; ``connection_optional`` says that it can do without. ``outputs`` with
    ``additionalProperties`` true means that its names are not known before apply.
    """

    inputs: Schema
    outputs: Schema
    connection_kind: str | None = None
    connection_optional: bool = False


class InputProblem(Struct, frozen=True):
    """What keeps a driver from describing itself for the inputs of a definition; ``path`` leads to the input."""

    code: str
    message: str
    path: tuple[str, ...] = ()
    hint: str | None = None


class NotDescribed(Exception):
    """A driver cannot say what it accepts and gives, because of what a definition's inputs say or name."""

    def __init__(self, *problems: InputProblem) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems = problems


class LeavesFolder(NotDescribed):
    """What lies in a folder that the inputs name refers to something outside it."""


class DriverSchemas(Protocol):
    """Answers what a driver accepts and gives. Pure: no network, no state, equal questions give equal answers."""

    def names(self) -> tuple[str, ...]:
        """The names of all drivers, sorted."""
        ...

    def describe(self, driver: str, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """Describe ``driver`` for a definition's inputs; those of :meth:`folders` hold the files that they name.

        Raises LookupError for an unknown driver, :class:`NotDescribed` where the inputs do not say enough.
        """
        ...

    def folders(self, driver: str) -> frozenset[str]:
        """The inputs of ``driver`` that may name a folder beside the definition; raises as :meth:`describe`.

        A folder's input is given as ``{path, files}``: its POSIX path inside its catalog, or its address in a repository
        where its files could be read and are few enough; and the content of each file
        by its path below the folder, as text, or where it is none as ``{base64: TEXT}``.
        """
        ...

    def connection_schema(self, kind: str) -> Schema | None:
        """The schema of connections of this kind, or None when no driver declares the kind."""
        ...
