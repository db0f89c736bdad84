"""One control plane with a node for all tests of Kubernetes, and a namespace of its own for each of them."""

import secrets
from collections.abc import Iterator

import pytest

from bakehouse.drivers.builtin.kubernetes import KubernetesConnection
from charts import helm_on_path
from clusters_world import World
from parts.control_plane import control_plane
from parts.kwok import nodes

__all__ = ["helm_on_path"]


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with control_plane() as plane, nodes(plane):
        yield World(plane)


@pytest.fixture
def namespace(world: World) -> Iterator[str]:
    name = f"test-{secrets.token_hex(4)}"
    world.make("/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    world.remove(f"/api/v1/namespaces/{name}")


@pytest.fixture
def connection(world: World) -> KubernetesConnection:
    return KubernetesConnection(kubeconfig=str(world.plane.kubeconfig))
