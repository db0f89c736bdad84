"""Routes in a cluster: Ingresses, HTTPRoutes, and who takes them. The kind HTTPRoute is a small one of ours."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes import KubernetesConnection
from bakehouse.drivers.builtin.route import Route
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import NotFound, PermanentFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Unknown, Value
from clusters_world import World

pytestmark = pytest.mark.slow

GROUP = "gateway.networking.k8s.io"
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}


def closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def listed(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


HTTP_ROUTE = {
    "metadata": {
        "name": f"httproutes.{GROUP}",
        "annotations": {"api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api"},
    },
    "spec": {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {"kind": "HTTPRoute", "plural": "httproutes", "singular": "httproute"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": closed(
                        ("spec",),
                        spec=closed(
                            parentRefs=listed(closed(("name",), name=TEXT, namespace=TEXT, sectionName=TEXT)),
                            hostnames=TEXTS,
                            rules=listed(
                                closed(
                                    matches=listed(
                                        closed(
                                            path=closed(
                                                type={**TEXT, "enum": ["Exact", "PathPrefix"]},
                                                value={**TEXT, "maxLength": 1024},
                                            )
                                        )
                                    ),
                                    backendRefs=listed(
                                        closed(
                                            ("name",),
                                            name=TEXT,
                                            port={"type": "integer", "minimum": 1, "maximum": 65535},
                                        )
                                    ),
                                )
                            ),
                        ),
                        status={"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    )
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def gateways(world: World) -> Iterator[None]:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    world.make(
        path, {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", **HTTP_ROUTE}
    )
    served = threading.Event()
    while world.get(f"/apis/{GROUP}/v1/httproutes") is None:
        served.wait(0.1)
    yield
    world.remove(f"{path}/httproutes.{GROUP}")


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Route(), tmp_path, connection, seconds=30.0) as bench:
        yield bench


def asked(namespace: str, **more: Value) -> dict[str, Value]:
    endpoint = {"host": f"web.{namespace}.svc", "ports": {"www": 80, "80": 80}}
    place = {"host": "shop.example.com", "path": "/api", "port": "www"}
    return {"target": "kubernetes", **place, "endpoint": endpoint, **more}


@contextlib.contextmanager
def controller(world: World, collection: str, status: Mapping[str, Any]) -> Iterator[None]:
    """Somebody who gives every object of a collection this status."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            for item in world.items(collection):
                if "status" not in item or not item["status"].get("loadBalancer", item["status"]):
                    world.change(f"{collection}/{item['metadata']['name']}/status", {"status": status})

    working = threading.Thread(target=work)
    working.start()
    try:
        yield
    finally:
        over.set()
        working.join()


def test_an_ingress_waits_for_the_controller_of_its_class_and_ends_tls_by_a_secret(
    world: World, bench: Bench, namespace: str
) -> None:
    collection = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses"
    inputs = asked(namespace, **{"class": "public"}, tls_secret="wildcard", annotations={"a.test/b": "c"})
    proposal = bench.plan(inputs)
    assert proposal is not None
    assert proposal.outputs == {"url": "https://shop.example.com/api"}
    with controller(world, collection, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}):
        held = bench.create(inputs)
    assert held.outputs == {"url": "https://shop.example.com/api"}
    (live,) = world.items(collection)
    assert live["metadata"]["annotations"] == {"a.test/b": "c"}
    assert live["spec"] == {
        "ingressClassName": "public",
        "tls": [{"hosts": ["shop.example.com"], "secretName": "wildcard"}],
        "rules": [
            {
                "host": "shop.example.com",
                "http": {
                    "paths": [
                        {
                            "path": "/api",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "web", "port": {"number": 80}}},
                        }
                    ]
                },
            }
        ],
    }
    changed = asked(namespace, path="/", wait=False)
    told = bench.plan(changed, held)
    assert told is not None
    assert [c["path"] for c in told.nested[0]["changes"] if "rules" in c["path"]] == [
        "spec.rules[0].http.paths[0].path"
    ]
    held = bench.update(held, changed)
    assert held.outputs == {"url": "http://shop.example.com/"}
    bench.delete(held)
    assert world.items(collection) == []
    with pytest.raises(NotFound):
        bench.read(held)


def test_an_ingress_that_nobody_takes_says_so(bench: Bench, namespace: str) -> None:
    bench.seconds = 6.0
    with pytest.raises(
        PermanentFault, match=r"^not-ready: Ingress .*: no controller has given it an address"
    ):
        bench.create(asked(namespace, **{"class": "nobody"}))


@pytest.mark.usefixtures("gateways")
def test_an_http_route_lies_below_its_gateway_and_is_ready_when_that_accepts_it(
    world: World, bench: Bench, namespace: str
) -> None:
    collection = f"/apis/{GROUP}/v1/namespaces/{namespace}/httproutes"
    gateway = {"name": "public", "namespace": "gateways", "listener": "https"}
    inputs = asked(namespace, host="*.example.com", gateway=gateway, scheme="https")
    accepted = {"type": "Accepted", "status": "True", "reason": "Accepted", "observedGeneration": 1}
    with controller(world, collection, {"parents": [{"conditions": [accepted]}]}):
        held = bench.create(inputs)
    assert held.outputs == {"url": "https://*.example.com/api"}
    (live,) = world.items(collection)
    assert live["spec"] == {
        "parentRefs": [{"name": "public", "namespace": "gateways", "sectionName": "https"}],
        "hostnames": ["*.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/api"}}],
                "backendRefs": [{"name": "web", "port": 80}],
            }
        ],
    }
    refused = {
        "type": "Accepted",
        "status": "False",
        "reason": "NotAllowedByListeners",
        "message": "not from here",
    }
    status = {"parents": [{"conditions": [{**refused, "observedGeneration": 2}]}]}
    world.change(f"{collection}/{live['metadata']['name']}/status", {"status": status})
    with pytest.raises(
        PermanentFault, match=r"^not-ready: HTTPRoute .*: NotAllowedByListeners: not from here"
    ):
        bench.update(held, {**inputs, "path": "/v2"})
    bench.delete(held)
    assert world.items(collection) == []


@pytest.mark.usefixtures("gateways")
def test_a_host_that_is_not_known_yet_is_planned_and_an_endpoint_elsewhere_refused(
    bench: Bench, namespace: str
) -> None:
    host = Unknown(Address.parse("dns#web.dns"), ("host",), "string")
    proposal = bench.plan(asked(namespace, host=host, gateway={"name": "public"}))
    assert proposal is not None
    assert proposal.refused is None
    assert str(proposal.outputs["url"]) == "http://(known after dns#web.dns)/api"
    with pytest.raises(PermanentFault, match=r"^127.0.0.1 is no Service of a cluster"):
        bench.create({**asked(namespace), "endpoint": {"host": "127.0.0.1", "ports": {"www": 80}}})


def test_it_is_rendered_as_a_manifest(bench: Bench) -> None:
    (document,) = bench.render(asked("space"))
    assert document.name.startswith("001-ingress-")
    assert isinstance(document.body, Mapping)
    assert document.body["kind"] == "Ingress"
