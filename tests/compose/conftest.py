"""The stand-in for `docker` on the PATH, a bench of driver `workload`, and an application that goes to Compose."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from desk import PLAIN, Desk, application
from fakes.docker import Docker
from folders import written

DEFINITION = """\
kind: ResourceDefinition
metadata: {name: NAME}
spec: {type: NAME, driver: NAME, match: [{class: '*'}], inputs: {target: compose}}
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    found = Docker(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{found.folder}{os.pathsep}{os.environ['PATH']}")
    return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Workload(), tmp_path / "bench") as found:
        yield found


def composed(folder: Path, score: str) -> Desk:
    """The command in the new folder of an application of this one workload, which is not registered."""
    definitions = "---\n".join(DEFINITION.replace("NAME", name) for name in ("workload", "endpoint"))
    files = {
        "platform/all.yaml": PLAIN + definitions,
        "score.yaml": score,
        "bakehouse.yaml": application("workloads: [score.yaml]"),
    }
    return Desk(written(folder, files))
