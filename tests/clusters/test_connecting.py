"""A connection names one way to a cluster, and what keeps it from being opened is told in the words of its cause."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr, ValidationError

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.builtin.kubernetes.session import cluster
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault
from clusters_world import World


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Kubernetes(), tmp_path) as bench:
        yield bench


def opened(bench: Bench, connection: KubernetesConnection | None) -> Any:
    """What the cluster says of its version."""
    with cluster(replace(bench.context(), connection=connection)) as there:
        return there.ask("GET", "/version", "the version")


def with_program(plane_config: dict[str, Any], program: Path) -> dict[str, Any]:
    """A kubeconfig whose user's token comes from a program, as with EKS."""
    version = "client.authentication.k8s.io/v1"
    plugin = {"apiVersion": version, "command": str(program), "interactiveMode": "Never"}
    return {**plane_config, "users": [{"name": "admin", "user": {"exec": plugin}}]}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kubeconfig": "~/.kube/config", "server": "https://cluster.test"},
        {"kubeconfig": "kubeconfig"},
        {"inCluster": True, "context": "dev"},
        {"kubeconfig": "~/.kube/config", "token": "t"},
        {"server": "cluster.test"},
    ],
)
def test_a_connection_that_says_no_way_or_two_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KubernetesConnection.model_validate(values)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        ("a: [", "is no YAML"),
        ("just text", "is no kubeconfig"),
        (json.dumps({"contexts": [], "clusters": [], "users": []}), "current-context"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_told_with_its_name(
    bench: Bench, tmp_path: Path, content: str | None, says: str
) -> None:
    path = tmp_path / "kubeconfig"
    if content is not None:
        path.write_text(content)
    with pytest.raises(PermanentFault, match=rf"^cluster-unauthorized: {path}") as caught:
        opened(bench, KubernetesConnection(kubeconfig=str(path)))
    assert says in caught.value.message


def test_a_secret_kubeconfig_is_never_quoted(bench: Bench) -> None:
    with pytest.raises(PermanentFault) as caught:
        opened(bench, KubernetesConnection(config=SecretStr("users: [hidden")))
    assert "hidden" not in caught.value.message


def test_outside_a_cluster_its_service_account_is_missed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(PermanentFault, match=r"^cluster-unauthorized: not in a cluster"):
        opened(bench, KubernetesConnection.model_validate({"inCluster": True}))


def test_without_a_connection_the_definition_is_told_to_name_one(bench: Bench) -> None:
    with pytest.raises(PermanentFault, match=r"no connection of kind kubernetes"):
        opened(bench, None)


@pytest.mark.slow
def test_every_way_leads_to_the_cluster(world: World, bench: Bench) -> None:
    plane = world.plane
    authority = plane.authority.read_text(encoding="utf-8")
    for connection in (
        KubernetesConnection(kubeconfig=str(plane.kubeconfig)),
        KubernetesConnection(kubeconfig=str(plane.kubeconfig), context="admin"),
        KubernetesConnection(config=SecretStr(plane.kubeconfig.read_text(encoding="utf-8"))),
        KubernetesConnection(server=plane.url, token=SecretStr(plane.token), ca=authority),
    ):
        assert opened(bench, connection)["major"] == "1"


@pytest.mark.slow
def test_embedded_certificates_serve_call_after_call_and_are_left_nowhere(
    world: World, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64

    config = json.loads(world.plane.kubeconfig.read_text())
    inner = config["clusters"][0]["cluster"]
    inner["certificate-authority-data"] = base64.b64encode(world.plane.authority.read_bytes()).decode()
    del inner["certificate-authority"]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))
    connection = KubernetesConnection(config=SecretStr(json.dumps(config)))
    for _ in range(2):
        assert opened(bench, connection)["major"] == "1"
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.slow
def test_a_program_gives_the_credentials_and_its_failure_is_told(
    world: World, bench: Bench, tmp_path: Path
) -> None:
    program, path = tmp_path / "login", tmp_path / "kubeconfig"
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": world.plane.token},
    }
    path.write_text(json.dumps(with_program(json.loads(world.plane.kubeconfig.read_text()), program)))
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    program.chmod(stat.S_IRWXU)
    connection = KubernetesConnection(kubeconfig=str(path))
    assert opened(bench, connection)["major"] == "1"
    program.write_text("#!/bin/sh\necho 'the session is over' >&2\nexit 1\n")
    with pytest.raises(PermanentFault, match=r"^cluster-unauthorized: .*the program for credentials failed"):
        opened(bench, connection)
    program.unlink()
    with pytest.raises(PermanentFault, match=r"^cluster-unauthorized: .*the program for credentials failed"):
        opened(bench, connection)
