"""A workspace with a supervisor of its own; each test ends without a process and without a folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.local import supervisor
from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.context import Workspace
from local_target import eventually, make_workspace, processes_of


@pytest.fixture(autouse=True)
def _launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = str(Path(__file__).with_name("launcher.py"))
    monkeypatch.setattr(supervisor, "LAUNCHER", (sys.executable, entry))


@pytest.fixture
def workspace(tmp_path: Path, isolated_home: Path) -> Iterator[Workspace]:
    made = make_workspace(tmp_path)
    yield made
    watcher = Supervisor(made)
    for name in watcher.names():
        watcher.remove(name)
    watcher.end_if_idle()
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)
    assert not made.runtime.exists()
