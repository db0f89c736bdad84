"""The driver `workload` keeps every promise in a cluster, too."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes import KubernetesConnection
from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, PermanentFault
from bakehouse.graph.values import Value
from clusters_world import World, config_map
from parts.kwok import Image

pytestmark = pytest.mark.slow


def filled(namespace: str, image: str = "registry.test/web:1", **body: Any) -> dict[str, Value]:
    container = {"image": image, **body}
    metadata = {"name": "web"}
    workload = {
        "name": "web",
        "folder": ".",
        "metadata": metadata,
        "service": {},
        "containers": {"main": container},
    }
    return {"target": "kubernetes", "namespace": namespace, "workload": workload}


class TestWorkloadInCluster(DriverConformance):
    """A Deployment with a secret variable and a file."""

    @pytest.fixture
    def driver(self) -> Workload:
        return Workload()

    @pytest.fixture
    def connection(self, connection: KubernetesConnection) -> KubernetesConnection:
        return connection

    @pytest.fixture
    def seconds(self) -> float:
        return 30.0

    @pytest.fixture
    def inputs(self, vault: Vault, namespace: str) -> Mapping[str, Value]:
        variables = {"PASSWORD": vault.put("password", "flour-and-water"), "HEAT": "220"}
        return filled(namespace, variables=variables, files={"/etc/web.conf": {"content": "a=1"}})

    @pytest.fixture
    def changed_inputs(self, vault: Vault, namespace: str) -> Mapping[str, Value]:
        variables = {"PASSWORD": vault.put("password", "flour-and-salt"), "HEAT": "240"}
        return filled(namespace, variables=variables)

    @pytest.fixture
    def remove_it(self, world: World, namespace: str) -> InTheWorld:
        def remove(bench: Bench, held: Held) -> None:
            world.remove(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
            world.remove(f"/api/v1/namespaces/{namespace}/configmaps/web-files")
            world.remove(f"/api/v1/namespaces/{namespace}/secrets/web-secrets")

        return remove

    @pytest.fixture
    def count(self, world: World, namespace: str) -> Callable[[Bench], int]:
        return lambda bench: len(world.items(f"/apis/apps/v1/namespaces/{namespace}/deployments"))

    @pytest.fixture
    def failing(self, world: World, namespace: str, inputs: Mapping[str, Value]) -> tuple[Failing, ...]:
        return (
            Failing(PermanentFault, filled(namespace, Image.NOT_FOUND.value)),
            Failing(PermanentFault, filled("nowhere")),
        )


@pytest.fixture
def bench(tmp_path: Any, connection: KubernetesConnection) -> Any:
    with Bench(Workload(), tmp_path, connection, seconds=30.0) as bench:
        yield bench


def revision(world: World, namespace: str) -> str:
    found = world.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    assert found is not None
    return str(found["metadata"]["annotations"]["deployment.kubernetes.io/revision"])


def replicas(world: World, namespace: str) -> int:
    found = world.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    assert found is not None
    return int(found["spec"]["replicas"])


def test_a_changed_secret_or_file_rolls_the_pods_and_nothing_else_does(
    world: World, bench: Bench, namespace: str
) -> None:
    def variables(clear: str) -> dict[str, Any]:
        return {"variables": {"PASSWORD": bench.vault.put("password", clear)}}

    first = filled(namespace, **variables("one"))
    held = bench.create(first)
    assert revision(world, namespace) == "1"
    held = bench.update(held, filled(namespace, **variables("two")))
    assert revision(world, namespace) == "2"
    both = {**held.inputs["workload"]["containers"]["main"], "files": {"/etc/a": {"content": "1"}}}
    held = bench.update(held, filled(namespace, **{k: v for k, v in both.items() if k != "image"}))
    assert revision(world, namespace) == "3"
    bench.delete(held)


def test_an_update_of_nothing_is_a_restart_that_the_next_change_does_not_undo(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(filled(namespace))
    held = bench.update(held, filled(namespace))
    assert revision(world, namespace) == "2"
    proposal = bench.plan(filled(namespace), held)
    assert proposal is not None
    assert proposal.nested == ()
    bench.delete(held)


def test_a_paused_workload_has_no_pods_and_comes_back_as_it_was(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(filled(namespace))
    world.change(f"/apis/apps/v1/namespaces/{namespace}/deployments/web", {"spec": {"replicas": 3}})
    for _ in range(2):
        bench.pause(held)
        assert replicas(world, namespace) == 0
    for _ in range(2):
        bench.resume(held)
        assert replicas(world, namespace) == 3
    assert bench.read(held).private["condition"] == "complete"
    bench.delete(held)


def test_a_stranger_s_deployment_is_left_alone(world: World, bench: Bench, namespace: str) -> None:
    world.make(f"/api/v1/namespaces/{namespace}/configmaps", config_map("web-files"))
    with pytest.raises(Conflict, match=r"^object-taken: "):
        bench.create(filled(namespace, files={"/etc/a": {"content": "1"}}))
    assert world.items(f"/apis/apps/v1/namespaces/{namespace}/deployments") == []
