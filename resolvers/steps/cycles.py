"""How a cycle is told: every edge of it, with its place and what made it."""

from __future__ import annotations

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic
from ...graph.errors import GraphCycle
from ..draft import Draft


def cycle_error(draft: Draft, nodes: tuple[Address, ...]) -> GraphCycle:
    """The error about a cycle whose nodes each depend on the next, the last on the first."""
    lines: list[str] = []
    for source, target in zip(nodes, (*nodes[1:], nodes[0]), strict=True):
        edge = draft.nodes[source].edges[target]
        where = f" ({edge.place})" if edge.place else ""
        lines.append(f"{source} -> {target}: {edge.why}{where}")
    path = " -> ".join(str(a) for a in (*nodes, nodes[0]))
    return GraphCycle(
        Diagnostic(
            "cycle",
            f"these resources depend on each other: {path}\n  " + "\n  ".join(lines),
            place=draft.nodes[nodes[0]].edges[(nodes[1:] or nodes)[0]].place,
            address=str(nodes[0]),
            hint="take one of these edges away",
        )
    )
