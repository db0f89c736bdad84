"""A bench of driver `workload`, and a container engine with nothing in it but one image."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from parts.docker import ContainerEngine, container_engine


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Workload(), tmp_path / "bench") as found:
        yield found


@pytest.fixture(scope="session")
def running_engine() -> Iterator[ContainerEngine]:
    with container_engine() as found:
        yield found


@pytest.fixture
def engine(running_engine: ContainerEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[ContainerEngine]:
    """The engine as whoever starts `docker` finds it; what a test leaves in it is removed."""
    monkeypatch.setenv("PATH", f"{running_engine.program.parent}{os.pathsep}{os.environ['PATH']}")
    for name, value in running_engine.variables.items():
        monkeypatch.setenv(name, value)
    yield running_engine
    for container in running_engine.docker("ps", "--all", "--quiet").split():
        running_engine.docker("rm", "--force", "--volumes", container)
    for volume in running_engine.docker("volume", "ls", "--quiet").split():
        running_engine.docker("volume", "rm", volume)
    running_engine.docker("network", "prune", "--force")
