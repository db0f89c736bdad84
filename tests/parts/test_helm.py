"""Helm installs a chart into the control plane of tests."""

import json
import subprocess
from pathlib import Path

import pytest

from parts.control_plane import control_plane
from parts.helm import helm
from parts.kwok import nodes

pytestmark = pytest.mark.slow

POD = """
apiVersion: v1
kind: Pod
metadata: {name: oven}
spec:
  containers: [{name: oven, image: "parts.test/good:{{ .Values.version }}"}]
"""


def test_a_chart_is_installed_and_its_pod_gets_ready(tmp_path: Path) -> None:
    program, chart = helm(), tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("{apiVersion: v2, name: oven, version: 1.0.0}")
    (chart / "templates" / "pod.yaml").write_text(POD)
    with control_plane() as plane, nodes(plane):
        settings = {"HOME": str(tmp_path), "KUBECONFIG": str(plane.kubeconfig)}
        words = ("install", "oven", chart, "--set", "version=7", "--wait", "--timeout", "60s")
        done = subprocess.run([program, *words], env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        pod = json.loads(plane.request("/api/v1/namespaces/default/pods/oven"))
    assert pod["spec"]["containers"][0]["image"] == "parts.test/good:7"
    assert pod["status"]["phase"] == "Running"
