"""The resource graph as plain data. Format version 1. Secrets stand as ``***``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...graph.address import Address
from ...graph.resources import Edge, ResourceGraph, ResourceNode
from ...graph.values import display
from ..report import diagnostic, place


def graph(compiled: ResourceGraph, actions: Mapping[Address, str] | None = None) -> dict[str, Any]:
    """Nodes and edges in their deterministic order; ``actions`` says what a plan does to each."""
    return {
        "format": 1,
        "kind": "graph",
        "application": compiled.application,
        "environment": {"name": compiled.environment.name, "type": compiled.environment.type},
        "nodes": [_node(n, (actions or {}).get(n.address)) for n in compiled],
        "edges": [edge(e) for e in compiled.edges()],
        "images": {k: {"image": v[0], "source": v[1]} for k, v in compiled.images.items()},
        "remarks": [diagnostic(d) for d in compiled.remarks],
    }


def _node(node: ResourceNode, action: str | None) -> dict[str, Any]:
    return {
        "address": str(node.address),
        "type": node.address.type,
        "class": node.address.class_,
        "id": node.address.id,
        "uid": node.uid,
        "workload": node.workload,
        "definition": node.definition.name,
        "layer": node.definition.layer,
        "driver": node.driver,
        "connection": None if node.connection is None else node.connection.name,
        "data_bearing": node.data_bearing,
        "inputs": display(node.inputs),
        "outputs": [
            {"name": f.name, "type": f.type, "secret": f.secret, "stable": f.stable, "optional": f.optional}
            for f in node.fields.values()
        ],
        "causes": [place(c) for c in node.causes],
        "action": action,
    }


def edge(found: Edge) -> dict[str, Any]:
    """One edge: who depends on whom, which output feeds which input, and what made it."""
    return {
        "source": str(found.source),
        "target": str(found.target),
        "uses": [{"input": i, "output": o} for i, o in found.uses],
        "why": found.why,
        "place": place(found.place),
    }
