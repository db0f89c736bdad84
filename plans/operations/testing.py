"""The verb *catalog test*: each case is compiled with the drivers' schemas alone, and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from ...graph.address import Address
from ...graph.application import Environment
from ...graph.diagnostics import Place
from ...graph.errors import InvalidInput
from ...graph.identity import Identities
from ...graph.narrow import is_list, is_map
from ...graph.resources import ResourceGraph, ResourceNode
from ...graph.types import DriverSchemas
from ...graph.values import HIDDEN, Secret, Text, Unknown, Value
from ...resolvers.application import load_application_from
from ...resolvers.catalog import Catalog
from ...resolvers.catalog.cases import Case
from ...resolvers.pipeline import Request, compile_graph

_UID = "00000000-0000-4000-8000-000000000000"


class Difference(Struct, frozen=True):
    """Where a case is not met: the line of the expectation, and what was found instead."""

    place: Place | None
    message: str


class Verdict(Struct, frozen=True):
    """A case and how it went; met where there is no difference."""

    case: Case
    differences: tuple[Difference, ...]


def run_case(case: Case, catalog: Catalog, drivers: DriverSchemas) -> Verdict:
    """Compile what is given and compare it with what is expected; nothing but the case can fail."""
    try:
        graph = _compiled(case, catalog, drivers)
    except InvalidInput as problem:
        codes = [d.code for d in problem.diagnostics if d.is_error]
        if case.error in codes:
            return Verdict(case, ())
        found = (f"{d.message} [{d.code}]" for d in problem.diagnostics if d.is_error)
        wanted = f"expected the error {case.error}, found: " if case.error else "it cannot be compiled: "
        return Verdict(case, tuple(Difference(case.at("given"), wanted + text) for text in found))
    if case.error is not None:
        place = case.at("expect", "error")
        return Verdict(case, (Difference(place, f"expected the error {case.error}, found none"),))
    return Verdict(case, tuple(_differences(case, graph)))


def _compiled(case: Case, catalog: Catalog, drivers: DriverSchemas) -> ResourceGraph:
    given = case.given
    name, environment = given.get("application", "example"), given.get("environment", "test")
    workloads: Mapping[str, Any] = given.get("workloads", {})
    sources = {f"{w}.score.yaml": _json(_score(w, body)) for w, body in workloads.items()}
    spec = {"workloads": list(sources), "shared": given.get("shared", {})}
    head = {"apiVersion": "bakehouse.dev/v1", "kind": "Application", "metadata": {"name": name}, "spec": spec}
    application = load_application_from({"bakehouse.yaml": _json(head), **sources}, name)
    declared = Environment(environment, given["environmentType"], _UID, given.get("variables", {}))
    identities = Identities(name, environment, _UID)
    return compile_graph(Request(application, catalog, declared, identities, drivers))


def _score(name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    head = {
        "apiVersion": "score.dev/v1b1",
        "metadata": {"name": name},
        "containers": {"main": {"image": "example"}},
    }
    return {**head, **body}


def _json(data: Any) -> bytes:
    """JSON is YAML, too."""
    return json.dumps(data).encode()


def _differences(case: Case, graph: ResourceGraph) -> Iterator[Difference]:
    nodes = {str(address): node for address, node in graph.nodes.items()}
    for written, wanted in case.resources.items():
        place = case.at("expect", "resources", written)
        try:
            node = nodes.get(str(Address.parse(written)))
        except ValueError as problem:
            yield Difference(place, str(problem))
            continue
        if wanted is None:
            if node is not None:
                yield Difference(place, f"{written}: expected no such resource, and there is one")
        elif node is None:
            yield Difference(
                place, f"{written}: there is no such resource, but {', '.join(list(nodes)[:10]) or 'none'}"
            )
        else:
            for path, message in _of(node, wanted):
                yield Difference(case.at("expect", "resources", written, *path), f"{written}: {message}")


def _of(node: ResourceNode, wanted: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    pairs = {"definition": node.definition.name, "driver": node.driver}
    for key, found in pairs.items():
        if key in wanted and wanted[key] != found:
            yield (key,), f"expected the {key} {wanted[key]}, found {found}"
    for name in wanted.get("outputs", ()):
        if name not in node.fields:
            yield ("outputs",), f"gives no output {name}, only {', '.join(node.fields) or 'none'}"
    yield from _unlike(wanted.get("inputs", {}), shown(node.inputs), ("inputs",))


def _unlike(wanted: Any, found: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where data lacks something of what is wanted; maps may hold more."""
    if is_map(wanted) and is_map(found):
        for key, value in wanted.items():
            if key in found:
                yield from _unlike(value, found[key], (*path, key))
            else:
                yield (*path, key), f"{'.'.join((*path, key))} is missing"
    elif wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
        yield path, f"{'.'.join(path)}: expected {json.dumps(wanted)}, found {json.dumps(found)}"


def shown(value: Value) -> Any:
    """A value as cases write it: another resource's output as ``${ADDRESS.PATH}``, a secret as ``***``."""
    if isinstance(value, Unknown):
        return f"${{{'.'.join((str(value.source), *value.path))}}}"
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else str(shown(part)) for part in value.parts)
    if is_map(value):
        return {key: shown(item) for key, item in value.items()}
    if is_list(value):
        return [shown(item) for item in value]
    return value
