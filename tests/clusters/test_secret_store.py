"""The store `kubernetes` keeps every promise over a real cluster, and says what the cluster refuses."""

import base64
from collections.abc import Iterator

import pytest

from bakehouse.drivers.secrets import SecretError, SecretStore
from bakehouse.drivers.secrets.cluster import KubernetesStore
from bakehouse.drivers.secrets.conformance import Place, SecretStoreConformance
from clusters_world import World

pytestmark = pytest.mark.slow


class ClusterSecret:
    """A Secret of a namespace."""

    def __init__(self, world: World, namespace: str) -> None:
        self.world = world
        self.path = f"/api/v1/namespaces/{namespace}/secrets"
        self.ref = f"{namespace}/database#password"

    def put(self, clear: str) -> str:
        data = {"password": base64.b64encode(clear.encode()).decode()}
        body = {"metadata": {"name": "database"}, "data": data}
        if not self.world.plane.request(f"{self.path}/database", {"data": data}, "PATCH"):
            self.world.make(self.path, body)
        return self.ref

    def remove(self) -> None:
        self.world.remove(f"{self.path}/database")

    def open(self) -> SecretStore:
        return store(self.world)


def store(world: World, **variables: str) -> KubernetesStore:
    return KubernetesStore({"KUBECONFIG": str(world.plane.kubeconfig), "HOME": "/nowhere", **variables})


class TestKubernetesStore(SecretStoreConformance):
    @pytest.fixture
    def place(self, world: World, namespace: str) -> Iterator[Place]:
        secret = ClusterSecret(world, namespace)
        yield secret
        secret.remove()


def refusal(store: SecretStore, ref: str) -> str:
    assert store.version_of(ref) is None
    with pytest.raises(SecretError) as caught:
        store.reveal(ref, None)
    return str(caught.value.diagnostics[0].code)


def test_a_user_that_may_not_read_it_is_refused(world: World, namespace: str) -> None:
    ref = ClusterSecret(world, namespace).put("x")
    assert refusal(store(world, KUBECONFIG=str(world.plane.visitor)), ref) == "secret-store-refused"


def test_a_key_that_the_secret_does_not_have_is_missing(world: World, namespace: str) -> None:
    ClusterSecret(world, namespace).put("x")
    with pytest.raises(SecretError, match="the Secret has no key user"):
        store(world).reveal(f"{namespace}/database#user", None)


def test_without_a_cluster_it_is_told(world: World, namespace: str) -> None:
    assert refusal(store(world, KUBECONFIG=""), f"{namespace}/x#y") == "secret-store-unreachable"
