"""Nodes and pods for a control plane, by kwok: pods get ready at once, but nothing is pulled and nothing runs.

An image of :class:`Image` makes a pod fail the way its name says, by the stages in ``stages/failing.yaml``. Containers
called :data:`TALKS` print what a test writes into :func:`talk`.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from parts.control_plane import ControlPlane
from parts.finding import Program, need
from parts.running import folder, free_port, server

KWOK = Program("kwok", "kwok")
STAGES = Program("kwok-stages", "kwok")

TALKS = "talks"
"""The name of containers that print; all of them the same."""

_LOGS = """\
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata: {name: talks}
spec:
  logs: [{containers: [TALKS], logsFile: FILE, follow: true}]
"""

_ROOM = {"cpu": "32", "memory": "256Gi", "pods": "110"}


class Image(StrEnum):
    """Images that fail; with any other one a container runs and is ready."""

    NOT_FOUND = "parts.test/not-found:1"
    """It cannot be pulled: ImagePullBackOff."""
    CRASHES = "parts.test/crashes:1"
    """It ends with exit code 1 again and again: CrashLoopBackOff."""
    NEVER_READY = "parts.test/never-ready:1"
    """It runs, and its readiness probe never succeeds."""


@contextlib.contextmanager
def nodes(plane: ControlPlane, count: int = 1) -> Iterator[list[str]]:
    """The names of nodes that are ready and take pods."""
    program, stages = str(need(KWOK)), str(need(STAGES))
    names = [f"node-{number}" for number in range(1, count + 1)]
    with folder("kwok") as place:
        shipped = place / "stages.yaml"
        shipped.write_bytes(subprocess.run([stages], check=True, capture_output=True).stdout)
        own = Path(__file__).with_name("stages") / "failing.yaml"
        logs = place / "logs.yaml"
        logs.write_text(_LOGS.replace("TALKS", TALKS).replace("FILE", str(talk(plane))))
        talk(plane).touch()
        argv = (
            program,
            f"--kubeconfig={plane.kubeconfig}",
            "--manage-all-nodes=true",
            "--node-lease-duration-seconds=40",
            "--node-ip=127.0.0.1",
            f"--node-port={free_port()}",
            f"--tls-cert-file={plane.authority}",
            f"--tls-private-key-file={plane.authority.with_suffix('.key')}",
            f"--config={shipped}",
            f"--config={own}",
            f"--config={logs}",
        )
        for name in names:
            plane.request("/api/v1/nodes", _node(name))
        with server(argv, place, lambda: all(_is_ready(plane, name) for name in names), name="kwok"):
            yield names


def talk(plane: ControlPlane) -> Path:
    """The log of containers that print, in the form of the container runtime: ``TIME stdout F TEXT``."""
    return plane.folder / "talks.log"


def _node(name: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "status": {"allocatable": _ROOM, "capacity": _ROOM},
    }


def _is_ready(plane: ControlPlane, name: str) -> bool:
    said = plane.request(f"/api/v1/nodes/{name}")
    conditions = json.loads(said)["status"].get("conditions", []) if said else []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
