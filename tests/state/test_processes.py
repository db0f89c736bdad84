"""Leases and durability among real processes: killed, stopped, woken up."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me, recorded
from bakehouse.plans.state.records import DeploymentStatus
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.store import LeaseHeld

pytestmark = pytest.mark.slow

Open = Callable[..., SqlStore]
PROGRAMS = Path(__file__).parent / "processes"


@contextmanager
def held(
    store: SqlStore, tmp_path: Path, uid: str, seconds: float = 30, first: int = 0
) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the environment; ``tell`` makes it write a group."""
    arguments = [f"sqlite:///{store.path}", str(tmp_path / "state"), uid, str(seconds), str(first)]
    command = [sys.executable, str(PROGRAMS / "held.py"), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def hear(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.scenario(3)
def test_a_kill_before_any_statement_leaves_a_whole_state(tmp_path: Path) -> None:
    command = [sys.executable, str(PROGRAMS / "kill_points.py"), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 30


@pytest.mark.scenario(3, 7)
def test_kills_at_random_lose_nothing_that_was_acknowledged(store: SqlStore, tmp_path: Path) -> None:
    home = store.register(samples.environment())
    dice = random.Random(7)
    first = 0
    former = "-"
    for round_ in range(1, 6):
        with held(store, tmp_path, home.uid, first=first) as writer:
            _, _, number, took_over_from = hear(writer)
            assert (int(number), took_over_from) == (round_, former), "the dead holder is replaced at once"
            for _ in range(200):
                tell(writer)
            for _ in range(dice.randrange(20, 120)):
                assert hear(writer) == ["written"]
            writer.kill()
            former = str(writer.pid)
            rest, _ = writer.communicate()
        acknowledged = rest.count("written")
        found = recorded(store, home).resources
        numbers = sorted(int(a.id.removeprefix("web.db")) for a in found)
        assert numbers == list(range(len(numbers))), "no hole"
        assert len(numbers) % 2 == 0, "no half group"
        assert len(numbers) >= first + 2 * acknowledged
        first = len(numbers)
    statuses = {d.status for d in store.reader().deployments(home.uid)}
    assert statuses == {DeploymentStatus.ABANDONED, DeploymentStatus.RUNNING}
    assert not [d for d in store.examine() if d.is_error]


@pytest.mark.scenario(8)
def test_a_holder_that_slept_past_its_lease_is_refused_when_it_wakes_up(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    home = store.register(samples.environment())
    with held(store, tmp_path, home.uid, seconds=1.5) as sleeper:
        hear(sleeper)
        tell(sleeper)
        assert hear(sleeper) == ["written"]
        sleeper.send_signal(signal.SIGSTOP)
        with pytest.raises(LeaseHeld) as error, store.hold(home.uid, me()):
            raise AssertionError("it sleeps, it is not gone")
        assert error.value.lease.holder.pid == sleeper.pid
        began = time.monotonic()
        with store.hold(home.uid, me(), wait=20) as writer:
            assert time.monotonic() - began < 10
            assert writer.took_over_from is not None
            assert writer.took_over_from.holder.pid == sleeper.pid
            writer.begin(samples.deployment(), {})
            sleeper.send_signal(signal.SIGCONT)
            tell(sleeper)
            assert hear(sleeper) == ["lease-lost"]
            writer.commit([samples.written(samples.resource(home.uid, 10))])
    assert len(recorded(store, home).resources) == 3


@pytest.mark.scenario(6)
def test_one_of_two_processes_waits_for_the_other(open_here: Open, store: SqlStore, tmp_path: Path) -> None:
    home = store.register(samples.environment())
    with held(store, tmp_path, home.uid) as writer:
        hear(writer)
        with pytest.raises(LeaseHeld) as error, store.hold(home.uid, me(), wait=0.3):
            raise AssertionError("two holders")
        message = error.value.diagnostics[0].message
        assert f"process {writer.pid}" in message
        assert writer.stdin is not None
        writer.stdin.close()
        with store.hold(home.uid, me(), wait=20) as mine:
            assert mine.took_over_from is None, "it was given back"
