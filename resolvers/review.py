"""What can be said about a catalog alone: every definition is tried on an example, matched or not."""

from __future__ import annotations

from collections.abc import Iterator

from ..graph import resources
from ..graph.address import Address, endpoint_address
from ..graph.application import Application, Environment, Workload
from ..graph.diagnostics import Diagnostic, Severity, did_you_mean
from ..graph.identity import Identities
from ..graph.types import DriverDescription, DriverSchemas, ResourceType
from ..graph.values import Unknown, type_names
from .catalog import (
    Catalog,
    CoProvision,
    Dependency,
    EnvironmentType,
    ResourceDefinition,
    Variable,
    WorkloadProfile,
)
from .connections import Connections, known_connections
from .draft import Declaration, Draft, DraftNode
from .expand import ENDPOINT, params_path
from .match import Matcher
from .once import Once
from .overlaps import overlaps
from .positions import Positions
from .recipe import Recipe
from .recipes import Recipes
from .request import Request
from .steps.checks import check_inputs
from .steps.inputs import fill_inputs
from .steps.params import settle_params
from .steps.workloads import give
from .surroundings import Surroundings

_NOBODY = "00000000-0000-0000-0000-000000000000"
_EXAMPLE = "example"
_NOWHERE = Positions(_EXAMPLE, 0)


def review_catalog(catalog: Catalog, drivers: DriverSchemas) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a catalog whose files could be read, each thing once.

    Types, drivers, connections and environment types that are named exist; placeholders refer to what there is;
    inputs fit the drivers; promised outputs are given. What only a real environment decides is not asked for.
    """
    found = Once()
    for environment in catalog.environment_types():
        found.extend(_connections(catalog, environment))
    review = _Review(catalog, drivers, _surroundings(catalog), found)
    for connection in catalog.connections():
        review.connections.resolved(connection)
    for definition in catalog.definitions():
        review.definition(definition)
    found.extend(overlaps(catalog))
    found.extend(_unknown_environment_types(catalog))
    return tuple(found)


def _connections(catalog: Catalog, environment: EnvironmentType) -> Iterator[Diagnostic]:
    known = [c.name for c in catalog.connections()]
    for name in environment.connections.values():
        if name not in known:
            message = (
                f"environment type '{environment.name}' names the connection '{name}', which does not exist"
            )
            hint = known_connections(catalog, name)
            yield Diagnostic("unknown-connection", message, place=environment.place, hint=hint)


def _unknown_environment_types(catalog: Catalog) -> Iterator[Diagnostic]:
    """Only of the own layer: packs may speak of types that an organisation does not have."""
    known = [t.name for t in catalog.environment_types()]
    own = catalog.layers[0]
    items: list[ResourceDefinition | WorkloadProfile] = [*own.definitions.values(), *own.profiles.values()]
    for item in items:
        for index, criterion in enumerate(item.match):
            name = criterion.environment_type
            if name is not None and name not in known:
                yield Diagnostic(
                    "unknown-environment-type",
                    f"'{item.name}' matches the environment type '{name}', which does not exist",
                    Severity.WARNING,
                    place=item.places.at("match", index),
                    hint=did_you_mean(name, known, noun="environment types"),
                )


def _surroundings(catalog: Catalog) -> Surroundings:
    """An environment that has the variables of all types, with values of any kind."""
    variables: dict[str, Variable] = {}
    for environment in catalog.environment_types():
        variables |= environment.variables
    source = Address("environment", "default", _EXAMPLE)
    values = {name: Unknown(source, (name,), "any", v.secret) for name, v in variables.items()}
    context: dict[str, str | None] = dict.fromkeys(
        ("application", "environment", "environmentType", "slug"), _EXAMPLE
    )
    context["organization"] = catalog.organization
    secret = frozenset(name for name, v in variables.items() if v.secret)
    return Surroundings(context, values, frozenset(variables), secret, _EXAMPLE)


class _Review:
    """Tries definitions one by one."""

    def __init__(
        self, catalog: Catalog, drivers: DriverSchemas, surroundings: Surroundings, found: Once
    ) -> None:
        self._catalog = catalog
        self._surroundings = surroundings
        self._found = found
        self.connections = Connections(catalog, drivers, None, surroundings, self._tell)
        self._recipes = Recipes(catalog, drivers, None, surroundings, self.connections, found.add)
        application = Application(_EXAMPLE, {_EXAMPLE: _workload()})
        environment = Environment(_EXAMPLE, _EXAMPLE, _NOBODY)
        identities = Identities(_EXAMPLE, _EXAMPLE, _NOBODY)
        self._request = Request(application, catalog, environment, identities, drivers)

    def _tell(self, diagnostic: Diagnostic) -> None:
        if diagnostic.code != "no-connection":  # an environment type may name one
            self._found.add(diagnostic)

    def definition(self, definition: ResourceDefinition) -> None:
        """Try a definition on a resource whose params are all given, and whose dependencies are met."""
        type_ = self._type(definition.type, definition, ("type",))
        recipe = self._recipes.of(definition, type_) if type_ else None
        if recipe is None:
            return
        draft = Draft(
            self._request,
            self._surroundings,
            Matcher(self._catalog, _EXAMPLE, _EXAMPLE, _EXAMPLE),
            self._recipes,
            self._found,
            {_EXAMPLE: _workload()},
            example=True,
        )
        owner = self._node(draft, Address(definition.type, "default", _EXAMPLE), recipe)
        owner.params = _params(recipe, owner.address)
        parts: list[Dependency | CoProvision] = [*definition.dependencies, *definition.co_provision]
        for part in parts:
            self._asked_for(draft, owner, part)
        if recipe.type.endpoint_of is not None:
            endpoint = self._catalog.type(ENDPOINT)
            owner.endpoint_of = _EXAMPLE
            owner.dependencies.setdefault(ENDPOINT, endpoint_address(_EXAMPLE))
            self._node(draft, endpoint_address(_EXAMPLE), _stub(endpoint) if endpoint else None)
        settle_params(draft)
        fill_inputs(draft)
        if definition.type in ("workload", ENDPOINT):
            later = Unknown(owner.address, ())
            give(owner, {"workload": later, "endpoint": later, "profiles": later, "ports": later})
        check_inputs(draft)

    def _asked_for(self, draft: Draft, owner: DraftNode, part: Dependency | CoProvision) -> None:
        where = params_path(part)
        definition = owner.recipe.definition if owner.recipe else None
        if definition is None:
            return
        type_ = self._type(part.type, definition, (*where[:-1], "type"))
        name = ".".join(str(step) for step in where)
        node = self._node(draft, Address(part.type, "default", name), _stub(type_) if type_ else None)
        node.declarations.append(
            Declaration(name, "", part.params, {}, part.place, definition.places, None, owner, where)
        )
        if isinstance(part, Dependency):
            owner.dependencies[part.alias] = node.address

    def _node(self, draft: Draft, address: Address, recipe: Recipe | None) -> DraftNode:
        node = draft.nodes[address] = DraftNode(
            address, self._request.identities.of(address), 0, recipe=recipe
        )
        return node

    def _type(
        self, name: str, definition: ResourceDefinition, path: tuple[str | int, ...]
    ) -> ResourceType | None:
        found = self._catalog.type(name)
        if found is None:
            message = f"definition '{definition.name}' names the resource type '{name}', which does not exist"
            hint = did_you_mean(name, [t.name for t in self._catalog.types()], noun="types")
            self._found.add(Diagnostic("unknown-type", message, place=definition.places.at(*path), hint=hint))
        return found


def _workload() -> Workload:
    service = {"ports": {_EXAMPLE: {"port": 80}}}
    return Workload(_EXAMPLE, {"name": _EXAMPLE}, {}, service, {}, _EXAMPLE, "", _NOWHERE)


def _stub(type_: ResourceType) -> Recipe:
    """What meets a dependency whose definition is not known: all outputs of its type, and nothing to be filled in."""
    place = _NOWHERE.at()
    definition = ResourceDefinition(_EXAMPLE, "", type_.name, _EXAMPLE, (), {}, place, _NOWHERE)
    return Recipe(
        definition,
        type_,
        DriverDescription({"type": "object"}, type_.outputs),
        type_.output_fields(),
        type_.open_outputs or type_.variables_as_outputs,
        resources.Definition(_EXAMPLE, "", {}, ""),
        None,
    )


def _params(recipe: Recipe, source: Address) -> dict[str, object]:
    """Every param that is declared, and where any may be given also those that are read."""
    schema = recipe.params_schema
    known = {name: part.get("type", "any") for name, part in schema.get("properties", {}).items()}
    if schema.get("additionalProperties", False):
        known |= dict.fromkeys((recipe.params_read or frozenset()) - known.keys(), "any")
    return {name: Unknown(source, (name,), t if t in type_names else "any") for name, t in known.items()}
