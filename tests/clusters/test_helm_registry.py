"""Charts of a real registry at an address `oci://`, with the login of the one who applies."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.helm import Helm
from bakehouse.drivers.builtin.kubernetes import KubernetesConnection
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault, TransientFault
from bakehouse.graph.values import Value
from charts import chart
from folders import written
from parts.helm import helm
from parts.oci_registry import PASSWORD, USER, OciRegistry, oci_registry

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("helm_on_path")]


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Helm(), tmp_path, connection, seconds=60.0) as found:
        yield found


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[OciRegistry]:
    """A registry that this machine trusts."""
    with oci_registry() as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.root))
        yield found


def run_helm(*words: str, said: str = "") -> None:
    subprocess.run([str(helm()), *words], input=said, text=True, check=True, capture_output=True)


def asked(registry: OciRegistry, namespace: str, version: str = "1.2.0") -> dict[str, Value]:
    return {
        "chart": f"oci://{registry.host}/charts/oven",
        "version": version,
        "release": "oven",
        "namespace": namespace,
        "values": {},
        "wait": False,
    }


def test_a_chart_comes_from_a_registry_with_the_login_of_this_user(
    bench: Bench, namespace: str, tmp_path: Path, registry: OciRegistry
) -> None:
    inputs = asked(registry, namespace)
    with pytest.raises(PermanentFault, match=r"chart-missing: .*(401|basic credential)"):
        bench.plan(inputs)
    run_helm("registry", "login", registry.host, "--username", USER, "--password-stdin", said=PASSWORD)
    folder = written(tmp_path / "oven", chart(hook="")["files"])
    run_helm("package", str(folder), "-d", str(tmp_path))
    run_helm("push", str(tmp_path / "oven-1.2.0.tgz"), f"oci://{registry.host}/charts")
    with pytest.raises(PermanentFault, match=r"chart-missing: .*9\.9\.9"):
        bench.plan(asked(registry, namespace, "9.9.9"))
    proposal = bench.plan(inputs)
    assert proposal is not None
    assert f"Service {namespace}/oven" in [item["object"] for item in proposal.nested]
    held = bench.create(inputs)
    assert held.outputs["version"] == "1.2.0"
    assert bench.differences(bench.read(held)) == ()
    bench.delete(held)


def test_a_registry_that_nobody_serves_is_asked_again_later(bench: Bench, namespace: str) -> None:
    with pytest.raises(TransientFault, match="chart-missing: "):
        bench.plan(asked(OciRegistry("127.0.0.1:9", Path()), namespace))
