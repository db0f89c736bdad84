"""Servers of tests leave neither process nor folder, however their runner ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from parts.running import NotReady, folder, free_port, server

pytestmark = pytest.mark.slow

SLEEPER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")
RUNNER = f"""
import time
from parts.running import folder, server
with folder("killed") as place, server({SLEEPER!r}, place, (place / "server.out").read_text):
    print(place, flush=True)
    time.sleep(600)
"""


def _runs_at(place: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cwd"]):
        if process.info["cwd"] is not None and Path(process.info["cwd"]) == place:
            found.append(process)
    return found


def test_a_server_and_its_folder_are_gone_after_the_block() -> None:
    with folder("gone") as place, server(SLEEPER, place, lambda: True):
        assert _runs_at(place)
    assert not place.exists()
    assert _runs_at(place) == []


def test_what_a_killed_runner_started_ends_and_its_folder_goes_when_the_next_is_made() -> None:
    tests = Path(__file__).parent.parent
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        env={**os.environ, "PYTHONPATH": str(tests)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert runner.stdout is not None
    with runner, runner.stdout as said:
        place = Path(said.readline().strip())
        left = _runs_at(place)
        with folder("next"):
            assert place.is_dir(), "a folder in use was removed"
        runner.send_signal(signal.SIGKILL)
    assert len(left) == 2, "the guard and the server"
    _, alive = psutil.wait_procs(left, timeout=30)
    assert alive == []
    with folder("next"):
        assert not place.exists()


def test_a_server_that_ends_before_it_is_ready_is_told_with_what_it_said() -> None:
    argv = (sys.executable, "-c", "import sys; sys.exit('the oven is cold')")
    with (
        folder("cold") as place,
        pytest.raises(NotReady, match="the oven is cold"),
        server(argv, place, lambda: False),
    ):
        pass


def test_a_server_that_never_gets_ready_is_stopped() -> None:
    with (
        folder("slow") as place,
        pytest.raises(NotReady, match="not ready"),
        server(SLEEPER, place, lambda: False, seconds=0),
    ):
        pass
    assert _runs_at(place) == []


def test_a_server_sees_nothing_of_the_runners_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_PASSWORD", "a secret")
    argv = (sys.executable, "-c", "import os, time; print(sorted(os.environ), flush=True); time.sleep(600)")
    with folder("clean") as place:
        said = place / "server.out"
        with server(argv, place, lambda: said.read_text().endswith("\n")):
            assert "SERVER_PASSWORD" not in said.read_text()


def test_a_port_is_free_for_a_server_and_none_that_a_client_may_be_given() -> None:
    assert 1024 <= free_port() < 32768
