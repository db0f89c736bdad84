"""Nodes and pods for a control plane, by kwok: pods get ready at once, but nothing is pulled and nothing runs.

An image of :class:`Image` makes a pod fail the way its name says, by the stages in ``stages/failing.yaml``.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from parts.control_plane import ControlPlane
from parts.finding import Program, need
from parts.running import folder, server

KWOK = Program("kwok", "kwok")
STAGES = Program("kwok-stages", "kwok")

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
        argv = (
            program,
            f"--kubeconfig={plane.kubeconfig}",
            "--manage-all-nodes=true",
            f"--config={shipped}",
            f"--config={own}",
        )
        for name in names:
            plane.request("/api/v1/nodes", _node(name))
        with server(argv, place, lambda: all(_is_ready(plane, name) for name in names), name="kwok"):
            yield names


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
