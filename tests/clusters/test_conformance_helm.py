"""The driver `helm` keeps every promise with the real program over a real API server."""

from collections.abc import Callable, Mapping

import pytest
from pydantic import SecretStr

from bakehouse.drivers.builtin.helm import Helm
from bakehouse.drivers.builtin.kubernetes import KubernetesConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, PermanentFault, TransientFault
from bakehouse.graph.values import Value
from charts import SERVICE, chart
from clusters_world import World, service

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("helm_on_path")]


class TestHelm(DriverConformance):
    """A Deployment, a Secret and a Service, as a release in a namespace of the test's own."""

    @pytest.fixture
    def driver(self) -> Helm:
        return Helm()

    @pytest.fixture
    def connection(self, connection: KubernetesConnection) -> KubernetesConnection:
        return connection

    @pytest.fixture
    def seconds(self) -> float:
        return 60.0

    @pytest.fixture
    def inputs(self, vault: Vault, namespace: str) -> Mapping[str, Value]:
        return {
            "chart": chart(hook=""),
            "release": "oven",
            "namespace": namespace,
            "values": {"heat": 200, "password": vault.put("password", "flour-and-water")},
            "outputs": {
                "address": {"object": "Service/oven", "path": "spec.clusterIP"},
                "password": {"object": "Secret/oven-keys", "path": "data.password"},
            },
            "wait": False,
        }

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "values": {**inputs["values"], "heat": 250}}

    @pytest.fixture
    def break_it(self, world: World, namespace: str) -> InTheWorld:
        return lambda bench, held: world.remove(f"/api/v1/namespaces/{namespace}/services/oven")

    @pytest.fixture
    def remove_it(self, world: World, namespace: str) -> InTheWorld:
        def remove(bench: Bench, held: Held) -> None:
            world.remove(f"/api/v1/namespaces/{namespace}/secrets/sh.helm.release.v1.oven.v1")

        return remove

    @pytest.fixture
    def count(self, world: World, namespace: str) -> Callable[[Bench], int]:
        return lambda bench: len(world.items(f"/apis/apps/v1/namespaces/{namespace}/deployments"))

    @pytest.fixture
    def failing(self, world: World, namespace: str, inputs: Mapping[str, Value]) -> tuple[Failing, ...]:
        world.make(f"/api/v1/namespaces/{namespace}/services", service("taken"))
        other = chart(
            service=SERVICE.replace("metadata: {name: {{ .Release.Name }}}", "metadata: {name: taken}")
        )
        nobody = KubernetesConnection(
            server=world.plane.url,
            token=SecretStr("not-the-token"),
            ca=world.plane.authority.read_text(encoding="utf-8"),
        )
        return (
            Failing(PermanentFault, {**inputs, "values": {"heat": "hot"}}),
            Failing(PermanentFault, {**inputs, "chart": chart(more="{{ fail .Values.password }}")}),
            Failing(Conflict, {**inputs, "chart": other}),
            Failing(PermanentFault, inputs, nobody),
            Failing(TransientFault, inputs, KubernetesConnection(server="http://127.0.0.1:9")),
        )
