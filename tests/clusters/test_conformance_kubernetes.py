"""The driver `kubernetes` keeps every promise over a real API server."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, PermanentFault, TransientFault
from bakehouse.graph.values import Value
from clusters_world import World, config_map, deployment, service

pytestmark = pytest.mark.slow


class TestKubernetes(DriverConformance):
    """A Secret, a ConfigMap, a Deployment and a Service in a namespace of the test's own."""

    @pytest.fixture
    def driver(self) -> Kubernetes:
        return Kubernetes()

    @pytest.fixture
    def connection(self, connection: KubernetesConnection) -> KubernetesConnection:
        return connection

    @pytest.fixture
    def seconds(self) -> float:
        return 30.0

    @pytest.fixture
    def inputs(self, vault: Vault, namespace: str) -> Mapping[str, Value]:
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "keys"},
            "stringData": {"password": vault.put("password", "flour-and-water")},
        }
        outputs = {
            "address": {"object": "Service/web", "path": "spec.clusterIP"},
            "password": {"object": "Secret/keys", "path": "data.password"},
        }
        manifests = [deployment(), service(), config_map(), secret]
        return {"manifests": manifests, "namespace": namespace, "outputs": outputs, "force": True}

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Any]) -> Mapping[str, Value]:
        return {**inputs, "manifests": [deployment(replicas=2), *inputs["manifests"][1:]]}

    @pytest.fixture
    def break_it(self, world: World, namespace: str) -> InTheWorld:
        def scale(bench: Bench, held: Held) -> None:
            world.change(f"/apis/apps/v1/namespaces/{namespace}/deployments/web", {"spec": {"replicas": 0}})

        return scale

    @pytest.fixture
    def remove_it(self, world: World, namespace: str) -> InTheWorld:
        def remove(bench: Bench, held: Held) -> None:
            for path in (
                f"/apis/apps/v1/namespaces/{namespace}/deployments/web",
                f"/api/v1/namespaces/{namespace}/services/web",
                f"/api/v1/namespaces/{namespace}/configmaps/settings",
                f"/api/v1/namespaces/{namespace}/secrets/keys",
            ):
                world.remove(path)

        return remove

    @pytest.fixture
    def count(self, world: World, namespace: str) -> Callable[[Bench], int]:
        return lambda bench: len(world.items(f"/apis/apps/v1/namespaces/{namespace}/deployments"))

    @pytest.fixture
    def existing(self, world: World, namespace: str) -> Existing:
        def make(bench: Bench) -> str:
            world.make(f"/apis/apps/v1/namespaces/{namespace}/deployments", deployment())
            return "Deployment/web"

        return make

    @pytest.fixture
    def failing(self, world: World, namespace: str, inputs: Mapping[str, Value]) -> tuple[Failing, ...]:
        taken = f"test-{namespace}"
        world.make(f"/api/v1/namespaces/{namespace}/configmaps", config_map(taken))
        wrong = {**config_map(), "data": {"heat": 220}}
        nobody = KubernetesConnection(
            server=world.plane.url,
            token=SecretStr("not-the-token"),
            ca=world.plane.authority.read_text(encoding="utf-8"),
        )
        return (
            Failing(PermanentFault, {**inputs, "manifests": [wrong]}),
            Failing(Conflict, {**inputs, "manifests": [config_map(taken)]}),
            Failing(PermanentFault, inputs, nobody),
            Failing(TransientFault, inputs, KubernetesConnection(server="http://127.0.0.1:9")),
        )
