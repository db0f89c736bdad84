"""A real Kubernetes is there for tests: rights hold, workloads get ready on its nodes, and pods fail as told."""

import json
import secrets
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from parts.answering import answers
from parts.control_plane import ControlPlane, control_plane
from parts.kwok import Image, nodes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    with control_plane() as running, nodes(running):
        yield running


@pytest.fixture
def namespace(plane: ControlPlane) -> str:
    name = f"test-{secrets.token_hex(4)}"
    assert plane.request("/api/v1/namespaces", {"metadata": {"name": name}})
    return f"/namespaces/{name}"


def _ask(kubeconfig: Path, path: str) -> bytes:
    """As the user of a kubeconfig, with nothing but what it holds."""
    config = json.loads(kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    request = urllib.request.Request(
        f"{cluster['server']}{path}", headers={"Authorization": f"Bearer {user['token']}"}
    )
    return answers(request, ssl.create_default_context(cafile=cluster["certificate-authority"]))


def _until(question: Callable[[], bool]) -> None:
    for _ in range(600):
        if question():
            return
        time.sleep(0.1)
    raise AssertionError("it does not come about within a minute")


def _deploy(plane: ControlPlane, namespace: str, image: str, replicas: int = 1, name: str = "oven") -> str:
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name, "image": image}]}}
    deployment = {
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod},
    }
    assert plane.request(f"/apis/apps/v1{namespace}/deployments", deployment)
    return name


def _pods(plane: ControlPlane, namespace: str, name: str) -> list[dict[str, Any]]:
    said = plane.request(f"/api/v1{namespace}/pods?labelSelector=app%3D{name}")
    items: list[dict[str, Any]] = json.loads(said)["items"]
    return items


def _container(plane: ControlPlane, namespace: str, name: str) -> dict[str, Any]:
    """The status of the container of a deployment's only pod, as soon as it has one."""

    def statuses() -> list[dict[str, Any]]:
        return [
            s for pod in _pods(plane, namespace, name) for s in pod["status"].get("containerStatuses", [])
        ]

    _until(lambda: bool(statuses()))
    (status,) = statuses()
    return status


def test_the_administrators_kubeconfig_may_do_all_and_the_visitors_nothing(plane: ControlPlane) -> None:
    assert _ask(plane.kubeconfig, "/api/v1/namespaces/default/secrets")
    assert not _ask(plane.visitor, "/api/v1/namespaces/default/secrets")


def test_a_visitor_may_do_what_it_is_granted(plane: ControlPlane, namespace: str) -> None:
    rbac = f"/apis/rbac.authorization.k8s.io/v1{namespace}"
    who = {"kind": "User", "name": "visitor", "apiGroup": "rbac.authorization.k8s.io"}
    role = {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"}
    assert not _ask(plane.visitor, f"/api/v1{namespace}/pods")
    assert plane.request(
        f"{rbac}/rolebindings", {"metadata": {"name": "v"}, "roleRef": role, "subjects": [who]}
    )
    _until(lambda: bool(_ask(plane.visitor, f"/api/v1{namespace}/pods")))


def test_the_files_with_tokens_are_for_their_owner_only(plane: ControlPlane) -> None:
    for name in ("admin.kubeconfig", "visitor.kubeconfig", "tokens.csv", "sa.key"):
        assert (plane.folder / name).stat().st_mode & 0o077 == 0


def test_a_deployment_gets_ready(plane: ControlPlane, namespace: str) -> None:
    name = _deploy(plane, namespace, "parts.test/good:1", replicas=3)
    path = f"/apis/apps/v1{namespace}/deployments/{name}"
    _until(lambda: json.loads(plane.request(path))["status"].get("availableReplicas") == 3)


@pytest.mark.parametrize(
    ("image", "reason"), [(Image.NOT_FOUND, "ImagePullBackOff"), (Image.CRASHES, "CrashLoopBackOff")]
)
def test_a_pod_waits_for_what_its_image_says(
    plane: ControlPlane, namespace: str, image: Image, reason: str
) -> None:
    status = _container(plane, namespace, _deploy(plane, namespace, image))
    assert status["state"]["waiting"]["reason"] == reason
    assert not status["ready"]


def test_a_pod_runs_and_is_never_ready(plane: ControlPlane, namespace: str) -> None:
    status = _container(plane, namespace, _deploy(plane, namespace, Image.NEVER_READY))
    assert "running" in status["state"]
    assert not status["ready"]


@pytest.mark.parametrize("image", list(Image))
def test_a_failing_pod_stays_so_when_it_changes_and_goes_when_it_is_deleted(
    plane: ControlPlane, namespace: str, image: Image
) -> None:
    """A change is what makes kwok look at a pod again; that another one got ready after it shows that it looked."""
    before = _container(plane, namespace, _deploy(plane, namespace, image))
    (path,) = (
        f"/api/v1{namespace}/pods/{pod['metadata']['name']}" for pod in _pods(plane, namespace, "oven")
    )
    assert plane.request(path, {"metadata": {"labels": {"seen": "yes"}}}, "PATCH")
    assert _container(plane, namespace, _deploy(plane, namespace, "parts.test/good:1", name="later"))["ready"]
    assert _container(plane, namespace, "oven") == before

    assert plane.request(f"/apis/apps/v1{namespace}/deployments/oven", method="DELETE")
    _until(lambda: not _pods(plane, namespace, "oven"))
