"""Makes recipes: each definition is looked at once in a compile, however many resources it meets."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from ..graph import resources
from ..graph.diagnostics import Diagnostic, Severity, did_you_mean
from ..graph.fingerprint import digest
from ..graph.types import (
    DriverDescription,
    DriverSchemas,
    InputProblem,
    LeavesFolder,
    NotDescribed,
    ResourceType,
)
from ..graph.values import Value
from .carried import carried, fetched
from .catalog import Catalog, EnvironmentType, ResourceDefinition
from .connections import Connections
from .offers import Offer
from .recipe import Recipe
from .surroundings import Surroundings


class Recipes(Struct, eq=False):
    """Makes and remembers recipes for one environment; what is wrong with one is told once, to ``tell``."""

    catalog: Catalog
    drivers: DriverSchemas
    environment_type: EnvironmentType | None
    surroundings: Surroundings
    connections: Connections
    tell: Callable[[Diagnostic], None]
    _made: dict[int, Recipe | None] = field(default_factory=dict[int, "Recipe | None"])

    def of(self, definition: ResourceDefinition, type_: ResourceType) -> Recipe | None:
        """The recipe of a definition of this type, or None where it cannot be used."""
        key = id(definition)
        if key not in self._made:
            self._made[key] = self._described(definition, type_)
        return self._made[key]

    def _described(self, definition: ResourceDefinition, type_: ResourceType) -> Recipe | None:
        try:
            description, files = self._read(definition)
        except NotDescribed as error:
            for problem in error.problems:
                self.tell(_misdescribed(definition, problem))
            return None
        except LookupError:
            message = f"definition '{definition.name}' names the driver '{definition.driver}', which is not installed"
            self.tell(
                Diagnostic(
                    "unknown-driver",
                    message,
                    place=definition.places.at("driver"),
                    pointer="/spec/driver",
                    hint=did_you_mean(definition.driver, self.drivers.names(), noun="drivers"),
                )
            )
            return None
        return self._make(definition, type_, description, files)

    def _read(self, definition: ResourceDefinition) -> tuple[DriverDescription, Mapping[str, Value]]:
        """What the driver says of a definition, and the folders that it was shown."""
        folders = self.drivers.folders(definition.driver)
        files = carried(self.catalog, definition, folders)
        description = self.drivers.describe(definition.driver, {**definition.inputs, **files})

        def stays(name: str, reason: str) -> None:
            self.tell(_unread(definition, name, reason))

        more = fetched(self.catalog, definition, folders, stays)
        whole = {**files, **more}
        try:
            given = {**definition.inputs, **whole}
            return (self.drivers.describe(definition.driver, given) if more else description), whole
        except LeavesFolder as problem:
            stays(problem.problems[0].path[0], problem.problems[0].message)
        return description, files

    def _make(
        self,
        definition: ResourceDefinition,
        type_: ResourceType,
        description: DriverDescription,
        files: Mapping[str, Value],
    ) -> Recipe:
        offer = Offer(definition, type_, description, self.surroundings)
        for problem in offer.problems():
            self.tell(problem)
        return Recipe(
            definition,
            type_,
            description,
            offer.fields,
            offer.open,
            self._met_by(definition),
            self.connections.of(definition, description),
            files,
        )

    def _met_by(self, definition: ResourceDefinition) -> resources.Definition:
        inherited = self.environment_type.on_remove if self.environment_type else None
        return resources.Definition(
            definition.name,
            definition.layer,
            definition.body,
            digest(definition.body),
            definition.place,
            definition.on_remove or inherited,
            definition.create_first,
            definition.timeout,
        )


def _unread(definition: ResourceDefinition, name: str, reason: str) -> Diagnostic:
    return Diagnostic(
        "folder-unread",
        f"definition '{definition.name}': inputs.{name} is not read here: {reason}",
        Severity.NOTICE,
        place=definition.places.at("inputs", name),
        pointer=f"/spec/inputs/{name}",
        hint=f"it is fetched by driver '{definition.driver}', and its inputs are checked, when it is planned and applied",
    )


def _misdescribed(definition: ResourceDefinition, problem: InputProblem) -> Diagnostic:
    where = ("inputs", *problem.path)
    return Diagnostic(
        problem.code,
        f"definition '{definition.name}': {'.'.join(where)}: {problem.message} (driver '{definition.driver}')",
        place=definition.places.at(*where),
        pointer="/spec/" + "/".join(where),
        hint=problem.hint,
    )
