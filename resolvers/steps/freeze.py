"""From the draft to the graph: nodes that change no more, in topological order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...graph.address import Address
from ...graph.dag import CycleFound, Dag
from ...graph.diagnostics import Place
from ...graph.narrow import is_list, is_map
from ...graph.resources import Edge, ResourceNode
from ...graph.values import Text, Unknown, Value
from ..draft import Draft, DraftNode
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
            found[address] = _node(node, node.recipe, lines)
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
    )


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
