"""A platform that is not there: every type is met by something that gives just what the type promises.

So an application can be checked as far as its own files and the standard types reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import Place
from ..graph.types import DriverDescription, ResourceType, Schema
from .catalog import Catalog, Criterion, EnvironmentType, Layer, ResourceDefinition
from .positions import Positions

ASSUMED = "assumed"
"""The name of the environment type of such a platform."""

_PLACE = Place(ASSUMED)
_OPEN: Schema = {"type": "object", "additionalProperties": True}


class AssumedDrivers(Struct, frozen=True):
    """One driver for each type, called like it. Implements :class:`bakehouse.graph.types.DriverSchemas`."""

    types: Mapping[str, ResourceType]

    def names(self) -> tuple[str, ...]:
        """The names of the types, sorted."""
        return tuple(sorted(self.types))

    def describe(self, driver: str, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """Takes anything and gives what its type promises; raises LookupError for what is no type."""
        type_ = self.types[driver]
        return DriverDescription(_OPEN, _OPEN if type_.open_outputs else type_.outputs)

    def folders(self, driver: str) -> frozenset[str]:
        """None: nothing is named here."""
        return frozenset()

    def connection_schema(self, kind: str) -> Schema | None:
        """None: nothing connects to anything here."""
        return None


def assumed(catalog: Catalog, further: Iterable[str]) -> tuple[Catalog, AssumedDrivers]:
    """A platform of the types of a catalog, and of ``further`` ones of which nothing is known but the name.

    Outputs of those, and variables of an environment, may have any name.
    """
    types = {t.name: _unbound(t) for t in catalog.types()} | {n: _anything(n) for n in further}
    layer = Layer(
        ASSUMED,
        types=types,
        definitions={name: _definition(name) for name in types},
        environment_types={ASSUMED: EnvironmentType(ASSUMED, ASSUMED, _PLACE)},
    )
    return replace(catalog, layers=(layer,), remarks=()), AssumedDrivers(types)


def _unbound(type_: ResourceType) -> ResourceType:
    """The type without what only an environment knows."""
    if not type_.variables_as_outputs:
        return type_
    return replace(type_, variables_as_outputs=False, open_outputs=True)


def _anything(name: str) -> ResourceType:
    return ResourceType(name, open_outputs=True)


def _definition(type_: str) -> ResourceDefinition:
    return ResourceDefinition(
        name=type_,
        layer=ASSUMED,
        type=type_,
        driver=type_,
        match=(Criterion(class_="*"),),
        body={},
        place=_PLACE,
        places=Positions(ASSUMED, 0),
        inputs={"params": "${resource.params}"},
    )
