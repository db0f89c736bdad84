"""The documents that views are made from: complete, and without secrets."""

from bakehouse.graph.address import Address
from bakehouse.graph.application import Environment
from bakehouse.graph.resources import Candidate, Definition, Edge, ResourceGraph, ResourceNode
from bakehouse.graph.values import Secret, Text, Unknown
from bakehouse.plans.reports.deployment import elapsed
from bakehouse.plans.reports.explanation import explanation, way
from bakehouse.plans.reports.outputs import outputs, urls
from bakehouse.plans.state.records import EnvironmentRecord, ResourceRecord, ResourceStatus
from bakehouse.plans.state.store import Snapshot

DEFINITION = Definition("local", "layer", {}, "0" * 64)


def node(text: str, *edges: tuple[str, str]) -> ResourceNode:
    address = Address.parse(text)
    made = tuple(Edge(address, Address.parse(target), why=why) for target, why in edges)
    return ResourceNode(address, "uid", "slug", 1, DEFINITION, "template", {"n": 1}, None, {}, made)


def graph(*nodes: ResourceNode) -> ResourceGraph:
    candidate = Candidate("local", "layer", None, {}, (0, 0, 0, 0, 1), None)
    environment = Environment("here", "plain", "uid")
    return ResourceGraph("shop", environment, {n.address: n for n in nodes}, lambda _: (candidate,))


def record(text: str, status: ResourceStatus = ResourceStatus.READY, **values: object) -> ResourceRecord:
    return ResourceRecord(
        Address.parse(text), "uid", "slug", 1, 1, status, "template", 1, "f", {"name": "d"}, {}, values, {}
    )


def snapshot(*records: ResourceRecord) -> Snapshot:
    environment = EnvironmentRecord("uid", "shop", "here", "plain", "2026-01-01T00:00:00Z")
    return Snapshot(environment, {r.address: r for r in records})


def test_the_way_to_a_resource_starts_at_the_workload_and_is_the_shortest() -> None:
    compiled = graph(
        node("server#local"),
        node("postgres#web.db", ("server#local", "dependency of local-postgres")),
        node("dns#web.d", ("postgres#web.db", "x")),
        node("workload#web", ("dns#web.d", "resource d"), ("postgres#web.db", "resource db")),
    )
    found = [str(e.source) for e in way(compiled, Address.parse("server#local"))]
    assert found == ["workload#web", "postgres#web.db"]
    assert way(compiled, Address.parse("workload#web")) == []


def test_an_explanation_names_neighbours_on_both_sides() -> None:
    compiled = graph(node("a#x"), node("b#y", ("a#x", "uses it")), node("c#z", ("b#y", "")))
    found = explanation(compiled, Address.parse("b#y"), record("b#y", key=Secret("local", "uid/key", "1")))
    assert [e["target"] for e in found["depends_on"]] == ["a#x"]
    assert [e["source"] for e in found["used_by"]] == ["c#z"]
    assert found["recorded"]["outputs"] == {"key": "***"}


def test_outputs_hide_secrets_also_inside_text() -> None:
    secret = Secret("local", "uid/key", "1")
    found = outputs(snapshot(record("a#x", url=Text(("http://", secret, "@h")), list=[{"k": secret}], n=1)))
    assert found["resources"] == {"a#x": {"url": "http://***@h", "list": [{"k": "***"}], "n": 1}}
    assert found["urls"] == []


def test_urls_are_those_of_routes_and_names_each_once() -> None:
    recorded = (
        record("dns#web.d", url="http://shop.localhost:8080"),
        record("route#web.r", url="http://shop.localhost:8080/"),
        record("route#web.s", url="http://shop.localhost:8080/admin"),
        record("route#web.t", ResourceStatus.TAINTED, url="http://broken"),
        record("service#web", url="http://127.0.0.1:8000"),
    )
    assert [u["url"] for u in urls(snapshot(*recorded))] == [
        "http://shop.localhost:8080",
        "http://shop.localhost:8080/admin",
    ]
    assert [u["address"] for u in urls(snapshot(recorded[-1]))] == ["service#web"]
    assert urls(snapshot(record("dns#x", url=Unknown(Address.parse("a#b"), ())))) == []


def test_times_without_an_end_or_a_form_are_not_guessed() -> None:
    assert elapsed("2026-01-01T00:00:00Z", "2026-01-01T00:00:01.250Z") == 1.25
    assert elapsed("2026-01-01T00:00:00Z", None) is None
    assert elapsed("yesterday", "today") is None
