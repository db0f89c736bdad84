"""From what is asked for to everything that meets it: dependencies and co-provisioning, to a fixed point."""

from __future__ import annotations

from collections import deque

from ..graph.address import Address, endpoint_address
from ..graph.diagnostics import Diagnostic, Place, did_you_mean
from ..graph.types import ResourceType
from .catalog import BUILT_IN_PACKS, CoProvision, Dependency, ResourceDefinition
from .draft import Declaration, Draft, DraftNode
from .recipe import Recipe
from .unmatched import ambiguous, shadowed, unmatched

MAX_DERIVED = 10_000
"""How many resources definitions may add to those that were asked for."""

MAX_CHAIN = 50
"""How many definitions long a chain may be in which each asks for the next."""

MAX_ID = 200
"""How long the id of an address may be."""

OWN = "@"
ENDPOINT = "endpoint"


def expand(draft: Draft) -> None:
    """Match every node and add what its definition needs, until nothing is new."""
    waiting = deque(draft.nodes.values())
    room = MAX_DERIVED
    while waiting:
        node = waiting.popleft()
        node.recipe = _recipe(draft, node)
        if node.recipe is None:
            continue
        _endpoint(draft, node, node.recipe.type)
        before = len(draft.nodes)
        for new in _derived(draft, node, node.recipe.definition):
            waiting.append(new)
        room -= len(draft.nodes) - before
        if room < 0:
            chain = _written([*node.chain()])
            message = f"definitions ask for more than {MAX_DERIVED:,} further resources, the last of them through {chain}"
            draft.findings.add(_too_much("expansion-too-large", message, node))
            return


def _recipe(draft: Draft, node: DraftNode) -> Recipe | None:
    catalog = draft.request.catalog
    type_ = catalog.type(node.address.type)
    if type_ is None:
        draft.findings.add(
            Diagnostic(
                "unknown-type",
                f"there is no resource type '{node.address.type}'",
                place=_type_place(node),
                address=str(node.address),
                hint=did_you_mean(node.address.type, [t.name for t in catalog.types()], noun="types"),
            )
        )
        return None
    match = draft.matcher.match(node.address)
    hidden = next((d for d in match.hides if d.layer not in BUILT_IN_PACKS), None)
    if match.winner and hidden:
        draft.findings.add(shadowed(match.winner, hidden))
    if match.winner is None:
        problem = ambiguous(match.equals) if match.equals else unmatched(draft, node)
        draft.findings.add(problem)
        return None
    return draft.recipes.of(match.winner, type_)


def _type_place(node: DraftNode) -> Place | None:
    """Where the type is written that nobody knows."""
    first = node.declarations[0] if node.declarations else None
    if first is None or first.places is None:
        return node.place
    return first.places.at(*first.params_path[:-1], "type")


def _derived(draft: Draft, node: DraftNode, definition: ResourceDefinition) -> list[DraftNode]:
    made: list[DraftNode] = []
    for dependency in definition.dependencies:
        class_ = dependency.class_.replace(OWN, node.address.class_)
        id_ = node.address.id if dependency.id is None else dependency.id.replace(OWN, node.address.id)
        target = Address(dependency.type, class_, id_)
        why = f"dependency {dependency.alias} of definition {definition.name}"
        made += _add(draft, node, target, dependency, why)
        node.dependencies[dependency.alias] = target
        node.link(target, why, dependency.place)
    for part in definition.co_provision:
        why = f"provisioned together with {node.address} by definition {definition.name}"
        made += _add(draft, node, provisioned_address(node.address, part), part, why)
    return made


def provisioned_address(owner: Address, part: CoProvision) -> Address:
    """The address of what is provisioned together with ``owner``."""
    return Address(part.type, part.class_.replace(OWN, owner.class_), part.id.replace(OWN, owner.id))


def _add(
    draft: Draft, owner: DraftNode, target: Address, part: Dependency | CoProvision, why: str
) -> list[DraftNode]:
    new = target not in draft.nodes
    if new and owner.depth + 1 > MAX_CHAIN:
        chain = _written([*owner.chain(), target])
        message = f"more than {MAX_CHAIN} definitions ask for one another: {chain}"
        draft.findings.add(_too_much("expansion-too-deep", message, owner))
        return []
    if new and len(target.id) > MAX_ID:
        message = f"the id of {target.type}#{target.id[:40]}… is longer than {MAX_ID} characters"
        draft.findings.add(_too_much("id-too-long", message, owner))
        return []
    recipe = owner.recipe
    places = recipe.definition.places if recipe else None
    name = part.alias if isinstance(part, Dependency) else target.id
    declaration = Declaration(name, why, part.params, {}, part.place, places, None, owner, params_path(part))
    node = draft.declare(target, declaration, owner.depth + 1)
    return [node] if new else []


def params_path(part: Dependency | CoProvision) -> tuple[str | int, ...]:
    """Where the params stand in the definition's spec."""
    if isinstance(part, Dependency):
        return ("dependencies", part.alias, "params")
    return ("coProvision", part.index, "params")


def _written(chain: list[Address]) -> str:
    return " -> ".join(str(address) for address in chain)


def _too_much(code: str, message: str, node: DraftNode) -> Diagnostic:
    definition = node.recipe.definition if node.recipe else None
    place: Place | None = definition.place if definition else node.place
    hint = "look for a definition that asks, directly or not, for its own type under ever new ids"
    return Diagnostic(code, message, place=place, address=str(node.address), hint=hint)


def _endpoint(draft: Draft, node: DraftNode, type_: ResourceType) -> None:
    """Types that are about a workload's endpoint depend on it under the alias ``endpoint``."""
    if type_.endpoint_of is None:
        return
    for declaration in node.declarations:
        workload = _endpoint_owner(declaration, type_.endpoint_of)
        if workload is None:
            message = f"{node.address} is about a workload's endpoint, and no workload declares it"
            if type_.endpoint_of == "params.workload":
                message = f"{node.address} needs the param 'workload', the plain name of one"
            draft.findings.add(
                Diagnostic("no-endpoint", message, place=declaration.place, address=str(node.address))
            )
        elif node.endpoint_of not in (None, workload):
            message = f"{node.address} is about the endpoints of both '{node.endpoint_of}' and '{workload}'"
            draft.findings.add(
                Diagnostic("no-endpoint", message, place=declaration.place, address=str(node.address))
            )
        else:
            _link_endpoint(draft, node, workload, declaration)


def _endpoint_owner(declaration: Declaration, rule: str) -> str | None:
    if rule == "declarer":
        return declaration.workload
    if rule == "name":
        return declaration.name
    found = declaration.params.get("workload")
    return found if isinstance(found, str) and "$" not in found else None


def _link_endpoint(draft: Draft, node: DraftNode, workload: str, declaration: Declaration) -> None:
    target = endpoint_address(workload)
    if target not in draft.nodes:
        if workload in draft.workloads:
            message = f"{node.address} is about the ports of workload '{workload}', which declares none"
            hint = f"add service.ports to workload '{workload}'"
        else:
            message = f"{node.address} is about workload '{workload}', which does not exist"
            hint = did_you_mean(workload, draft.workloads, noun="workloads")
        draft.findings.add(
            Diagnostic("no-endpoint", message, place=declaration.place, address=str(node.address), hint=hint)
        )
        return
    node.endpoint_of = workload
    node.dependencies.setdefault(ENDPOINT, target)
    node.link(target, f"the endpoint of workload {workload}", declaration.place)
