"""From the draft to the graph: nodes that change no more, in topological order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from ...graph.address import Address
from ...graph.dag import CycleFound, Dag
from ...graph.diagnostics import Place
from ...graph.narrow import is_list, is_map
from ...graph.resources import Asking, Edge, ProfileUse, ResourceNode
from ...graph.values import Text, Unknown, Value
from ..draft import Declaration, Draft, DraftNode
from ..lines import lines_of
from ..recipe import Recipe
from .cycles import cycle_error


def ordered(draft: Draft) -> list[Address]:
    """All addresses, each after what it depends on, ties in the order of addresses; raises ``GraphCycle``."""
    dag = Dag({address: node.edges for address, node in sorted(draft.nodes.items())})
    try:
        return dag.order()
    except CycleFound as found:
        raise cycle_error(draft, found.nodes) from None


def freeze(draft: Draft, order: list[Address]) -> dict[Address, ResourceNode]:
    """The nodes of a draft without errors, by address, in this order."""
    found: dict[Address, ResourceNode] = {}
    for address in order:
        node = draft.nodes[address]
        if node.recipe is not None:
            lines = lines_of(node, draft.workloads, draft.origins)
            made = _node(node, node.recipe, lines)
            uses = draft.uses.get(address, ())
            found[address] = replace(made, profiles=tuple(_targeted(u, made) for u in uses)) if uses else made
    return found


def _node(node: DraftNode, recipe: Recipe, line_of: Callable[[str], Place | None] | None) -> ResourceNode:
    return ResourceNode(
        address=node.address,
        uid=node.identity.uid,
        slug=node.identity.slug,
        birth=node.identity.birth,
        definition=recipe.met_by,
        driver=recipe.definition.driver,
        inputs=node.inputs,
        outputs=node.outputs,
        fields=recipe.fields,
        edges=tuple(_edges(node)),
        connection=recipe.connection,
        data_bearing=recipe.type.data_bearing,
        workload=node.workload,
        causes=tuple(dict.fromkeys(d.place for d in node.declarations if d.place is not None)),
        metadata=node.metadata,
        line_of=line_of,
        asked_by=tuple(_asking(d) for d in node.declarations),
    )


def _asking(found: Declaration) -> Asking:
    return Asking(found.why, found.place, None if found.owner is None else found.owner.address)


def _targeted(use: ProfileUse, node: ResourceNode) -> ProfileUse:
    """The same, told whether its patches are for the target of the workload."""
    target = node.inputs.get("target")
    if not use.patches or target is None or use.target == target:
        return use
    return replace(use, skipped=f"they are for {use.target}, and this runs on target {target}")


def _edges(node: DraftNode) -> Iterator[Edge]:
    uses: dict[Address, dict[tuple[str, str], None]] = {}
    for path, leaf in _references(node.inputs, ""):
        uses.setdefault(leaf.source, {})[path, ".".join(leaf.path)] = None
    if node.outputs is not None:
        for _, leaf in _references(node.outputs, ""):
            uses.setdefault(leaf.source, {})
    for target in sorted(node.edges):
        edge = node.edges[target]
        yield Edge(node.address, target, tuple(uses.get(target, ())), edge.why, edge.place)


def _references(value: Value, path: str) -> Iterator[tuple[str, Unknown]]:
    if isinstance(value, Unknown):
        yield path, value
    elif isinstance(value, Text):
        for part in value.parts:
            if isinstance(part, Unknown):
                yield path, part
    elif is_map(value):
        for key, item in value.items():
            yield from _references(item, f"{path}.{key}" if path else key)
    elif is_list(value):
        for index, item in enumerate(value):
            yield from _references(item, f"{path}.{index}")
