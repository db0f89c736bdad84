"""Manifests about which no cluster can be asked are checked against the schemas that clusters publish."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.builtin.kubernetes.checking import misfits
from bakehouse.drivers.builtin.kubernetes.objects import Identity
from bakehouse.drivers.builtin.kubernetes.published import Schemas
from bakehouse.drivers.builtin.kubernetes.wanted import Wanted
from bakehouse.drivers.conformance import Bench
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown
from clusters_world import World, config_map, deployment

LATER = Unknown(Address.parse("postgres#web.db"), ("port",), "integer")

SCHEMAS: dict[str, Any] = {
    "Port": {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
    "Amount": {"oneOf": [{"type": "string"}, {"type": "number"}]},
    "Container": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "port": {"allOf": [{"$ref": "#/components/schemas/Port"}]},
            "amount": {"$ref": "#/components/schemas/Amount"},
            "policy": {"type": "string", "enum": ["Always", "Never"]},
            "on": {"type": "boolean"},
            "count": {"type": "integer"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"containers": {"type": "array", "items": {"$ref": "#/components/schemas/Container"}}},
}


@pytest.mark.parametrize(
    ("container", "said"),
    [
        ({"name": "a", "port": "http", "amount": 0.5, "policy": "Never", "on": True, "count": 2}, []),
        ({"name": "a", "port": LATER, "count": LATER, "labels": {"x": Text((LATER,))}}, []),
        ({"name": "a", "free": {"any": [1]}, "labels": {"x": "y"}, "count": 2.0, "on": None}, []),
        ({"nmae": "a"}, ["[0].nmae: there is no such field, did you mean 'name'?", "[0].name is required"]),
        ({"name": 1}, ["[0].name: a number (1), not text"]),
        ({"name": "a", "port": True}, ["[0].port: true or false (True), not a number or text"]),
        ({"name": "a", "amount": {}}, ["[0].amount: a map, not text"]),
        ({"name": "a", "policy": "Sometimes"}, ["[0].policy: 'Sometimes' is none of Always, Never"]),
        ({"name": "a", "count": "2"}, ["[0].count: text (2), not a number"]),
        ({"name": "a", "count": True}, ["[0].count: true or false (True), not a number"]),
        ({"name": "a", "labels": {"x": 1}}, ["[0].labels.x: a number (1), not text"]),
        ({"name": "a", "labels": ["x"]}, ["[0].labels: a list, not a map"]),
    ],
)
def test_what_does_not_fit_a_schema_is_told_with_its_path(container: dict[str, Any], said: list[str]) -> None:
    found = list(misfits(SCHEMA, {"containers": [container]}, SCHEMAS))
    assert found == [f"containers{line}" for line in said]


def test_a_list_that_is_none_is_told() -> None:
    assert list(misfits(SCHEMA, {"containers": {"a": 1}}, SCHEMAS)) == ["containers: a map, not a list"]


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Kubernetes(), tmp_path, connection, seconds=25.0) as bench:
        yield bench


OVENS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "ovens.checked.test"},
    "spec": {
        "group": "checked.test",
        "scope": "Namespaced",
        "names": {"kind": "Oven", "plural": "ovens"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"heat": {"type": "integer"}}}
                        },
                    }
                },
            }
        ],
    },
}


@pytest.mark.slow
def test_a_first_plan_refuses_what_the_cluster_would_refuse_later(
    world: World, bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "checked"}}
    wrong = deployment()
    wrong["spec"]["replicas"] = "2"
    wrong["spec"]["template"]["spec"]["containers"][0]["imagee"] = "x"
    oven = {
        "apiVersion": "checked.test/v1",
        "kind": "Oven",
        "metadata": {"name": "big"},
        "spec": {"heat": "hot"},
    }
    right = [place, config_map(), deployment(), OVENS, {**oven, "spec": {"heat": 220}}]
    proposal = bench.plan({"manifests": right, "namespace": "checked"})
    assert proposal is not None
    assert proposal.refused is None
    assert not any("not checked" in note for note in proposal.notes)
    proposal = bench.plan({"manifests": [place, config_map(), wrong, OVENS, oven], "namespace": "checked"})
    assert proposal is not None
    assert proposal.refused == (
        "manifest-refused: Oven checked/big: spec.heat: text (hot), not a number; "
        "Deployment checked/web: spec.replicas: text (2), not a number; "
        "spec.template.spec.containers[0].imagee: there is no such field, did you mean 'image'?"
    )
    known, problem = Schemas(world.plane.url, None).problem(
        Wanted(Identity("apps/v1", "Deployment", "checked", "web"), wrong)
    )
    assert known, "what the cluster published is kept for when it is away"
    assert problem is not None
    bench.connection = KubernetesConnection(server="https://127.0.0.1:9")
    proposal = bench.plan({"manifests": [deployment()], "namespace": "checked"})
    assert proposal is not None
    assert proposal.notes[1:] == ("not checked: no schema of Deployment is at hand",)
