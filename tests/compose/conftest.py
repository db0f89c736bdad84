"""The stand-in for `docker` on the PATH, and a bench of driver `workload`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from fakes.docker import Docker


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    found = Docker(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{found.folder}{os.pathsep}{os.environ['PATH']}")
    return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Workload(), tmp_path / "bench") as found:
        yield found
