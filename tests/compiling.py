"""Short ways from YAML text to a catalog, an application and a graph."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import pytest

from bakehouse.graph.address import Address
from bakehouse.graph.application import Application, Environment
from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.identity import Identities
from bakehouse.graph.resources import ResourceGraph, ResourceNode
from bakehouse.graph.types import DriverSchemas
from bakehouse.resolvers.application import load_application_from
from bakehouse.resolvers.catalog import Catalog, LayerFiles, Snapshot, load_catalog, load_catalog_from
from bakehouse.resolvers.pipeline import Request, compile_graph
from fakes.schemas import FakeSchemas

UID = "5e3b7f0a-52f4-4d6e-9d0e-0d6f1c0a9b11"

LOCAL = """
kind: EnvironmentType
metadata: {name: local}
"""


def catalog(*layers: str, pack: bool = False) -> Catalog:
    """A catalog of layers, nearest first; built-in types are below them, and the local pack if asked for."""
    built_in = load_catalog().snapshot.layers[0 if pack else 1 :]
    own = [
        LayerFiles(f"layer{number}", f"layer{number}", {"all.yaml": dedent(text).encode()})
        for number, text in enumerate(layers)
    ]
    return load_catalog_from(Snapshot((*own, *built_in)).files())


def application(shared: str = "", **workloads: str) -> Application:
    """An application called shop: shared resources as YAML, and Score files by the workload's name."""
    head = "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n"
    lines = [f'  workloads: ["{name}.yaml"]' for name in sorted(workloads)]
    listed = (
        "  workloads: [" + ", ".join(f"{name}.yaml" for name in sorted(workloads)) + "]\n" if lines else ""
    )
    below = "  shared:\n" + _indented(shared, 4) if shared else ""
    sources = {"bakehouse.yaml": (head + listed + below + ("" if listed or below else "  {}\n")).encode()}
    for name, text in workloads.items():
        sources[f"{name}.yaml"] = score(name, text).encode()
    return load_application_from(sources, "shop")


def score(name: str, text: str = "") -> str:
    """A Score file: its head, one container unless the text has its own, and the text."""
    text = dedent(text)
    containers = "" if "containers:" in text else "containers: {main: {image: nginx, command: [run]}}\n"
    return f"apiVersion: score.dev/v1b1\nmetadata: {{name: {name}}}\n{containers}{text}"


def request(app: Application, known: Catalog, drivers: DriverSchemas | None = None, **more: Any) -> Request:
    """A request for the environment `local` of type `local`; `more` are fields of Request or Environment."""
    fields = {name: more.pop(name) for name in ("images", "recorded_images") if name in more}
    described: dict[str, Any] = {"name": "local", "type": "local", "uid": UID, **more}
    if "pinned" in described:
        described["images"] = described.pop("pinned")
    environment = Environment(**described)
    identities = Identities(app.name, environment.name, environment.uid)
    return Request(app, known, environment, identities, drivers or FakeSchemas(), **fields)


def compiled(
    app: Application, known: Catalog, drivers: DriverSchemas | None = None, **more: Any
) -> ResourceGraph:
    """The graph; raises InvalidInput."""
    return compile_graph(request(app, known, drivers, **more))


def problems(
    app: Application, known: Catalog, drivers: DriverSchemas | None = None, **more: Any
) -> tuple[Diagnostic, ...]:
    """What a compile that must fail says."""
    with pytest.raises(InvalidInput) as raised:
        compiled(app, known, drivers, **more)
    return raised.value.diagnostics


def problem(
    app: Application, known: Catalog, drivers: DriverSchemas | None = None, **more: Any
) -> Diagnostic:
    """The one thing that a compile that must fail says."""
    found = problems(app, known, drivers, **more)
    assert len(found) == 1, [str(d) for d in found]
    return found[0]


def node(graph: ResourceGraph, address: str) -> ResourceNode:
    """The node at an address."""
    return graph.nodes[Address.parse(address)]


def targets(graph: ResourceGraph, address: str) -> list[str]:
    """What a node depends on, as text."""
    return [str(a) for a in node(graph, address).depends_on]


def definition(type_: str, name: str = "", body: str = "", **spec: str) -> str:
    """A document with a definition by the driver template that matches everywhere, unless said otherwise."""
    fields: Mapping[str, str] = {"driver": "template", "match": '[{class: "*"}]', **spec}
    lines = "".join(f"  {key}: {value}\n" for key, value in fields.items())
    head = f"---\nkind: ResourceDefinition\nmetadata: {{name: {name or type_}}}\nspec:\n  type: {type_}\n"
    return head + lines + _indented(body, 2)


def _indented(text: str, width: int) -> str:
    lines = dedent(text).strip("\n").splitlines()
    return "".join(f"{' ' * width}{line}\n" if line else "\n" for line in lines)
