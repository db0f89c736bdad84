"""How one resource is met and why that way: the matching trace and the way from the file. Format version 1."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Any

from ...graph.address import Address
from ...graph.resources import Asking, Candidate, Edge, ResourceGraph
from ...graph.values import display
from ..profiles import use_body
from ..report import place
from ..state.records import Referrer, ResourceRecord
from .graph import edge
from .listing import brief


def explanation(
    graph: ResourceGraph,
    address: Address,
    record: ResourceRecord | None,
    referrers: Collection[Referrer] = (),
) -> dict[str, Any]:
    """The document for a resource of the graph; raises KeyError where it has none at ``address``.

    ``referrers`` are those that read resources of this environment from others.
    """
    node = graph.nodes[address]
    return {
        "format": 1,
        "kind": "explanation",
        "application": graph.application,
        "environment": graph.environment.name,
        "address": str(address),
        "uid": node.uid,
        "slug": node.slug,
        "workload": node.workload,
        "causes": [place(c) for c in node.causes],
        "asked_by": [_asking(a) for a in node.asked_by],
        "definition": {
            "name": node.definition.name,
            "layer": node.definition.layer,
            "place": place(node.definition.place),
            "digest": node.definition.digest,
            "on_remove": node.definition.on_remove,
        },
        "driver": node.driver,
        "connection": None if node.connection is None else node.connection.name,
        "candidates": [_candidate(c) for c in graph.trace(address)],
        "way": [edge(e) for e in way(graph, address)],
        "profiles": [use_body(use) for use in node.profiles],
        "inputs": display(node.inputs),
        "outputs": [{"name": f.name, "type": f.type, "secret": f.secret} for f in node.fields.values()],
        "depends_on": [edge(e) for e in node.edges],
        "used_by": [edge(e) for e in graph.edges() if e.target == address],
        "read_by": [str(r) for r in referrers if record is not None and r.owner.uid == record.uid],
        "recorded": None if record is None else {**brief(record), "outputs": display(record.outputs)},
    }


def way(graph: ResourceGraph, address: Address) -> list[Edge]:
    """A shortest chain of edges from a workload to ``address``; empty where no workload leads there.

    What is provisioned together with something is reached from that, also without an edge in the graph.
    """
    above: dict[Address, list[Edge]] = {}
    for found in graph.edges():
        above.setdefault(found.target, []).append(found)
    for node in graph:
        for asking in node.asked_by:
            if asking.owner is not None:
                asked = Edge(asking.owner, node.address, (), asking.why, asking.place)
                above.setdefault(node.address, []).append(asked)
    waiting = deque([address])
    taken: dict[Address, Edge | None] = {address: None}
    while waiting:
        current = waiting.popleft()
        if current.type == "workload" and current != address:
            return _followed(taken, current)
        for found in above.get(current, ()):
            if found.source not in taken:
                taken[found.source] = found
                waiting.append(found.source)
    return []


def _followed(taken: dict[Address, Edge | None], start: Address) -> list[Edge]:
    found: list[Edge] = []
    step = taken[start]
    while step is not None:
        found.append(step)
        step = taken[step.target]
    return found


def _asking(asking: Asking) -> dict[str, Any]:
    owner = None if asking.owner is None else str(asking.owner)
    return {"why": asking.why, "place": place(asking.place), "owner": owner}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "definition": candidate.definition,
        "layer": candidate.layer,
        "place": place(candidate.place),
        "criterion": None if candidate.criterion is None else dict(candidate.criterion),
        "rank": None if candidate.rank is None else list(candidate.rank),
        "lost": candidate.lost,
        "won": candidate.lost is None,
    }
