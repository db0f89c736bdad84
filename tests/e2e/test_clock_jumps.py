"""The wall clock is set while an apply holds the lease, of all its processes and of the database server."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from desk import PLAIN
from e2e.processes import belonging_to, kill
from e2e.shop import Shop, eventually, finish
from folders import written
from parts.faketime import WallClock, wall_clock
from parts.postgres import server
from parts.running import folder as short_folder

pytestmark = [pytest.mark.slow, pytest.mark.scenario(41)]

HOUR = 3600
DRIVER = f"""\
#!{sys.executable}
import json, os, pathlib, sys, time
request = json.loads(sys.stdin.readline())
world = pathlib.Path(request["inputs"]["world"])
if request["operation"] == "create":
    (world / f"at-work-{{os.getpid()}}").touch()
    while not (world / "gate").exists():
        time.sleep(0.05)
    try:
        os.close(os.open(world / request["token"], os.O_CREAT | os.O_EXCL))
        with open(world / "made", "a") as journal:
            journal.write(request["token"] + "\\n")
    except FileExistsError:
        pass
print(json.dumps({{"result": {{"outputs": {{"path": request["token"]}}}}}}))
"""
PLATFORM = """\
kind: ResourceType
metadata: {name: oven}
spec: {outputs: {type: object, properties: {path: {type: string}}}}
---
kind: ResourceDefinition
metadata: {name: oven}
spec:
  type: oven
  driver: exec
  match: [{}]
  inputs: {command: [./platform/driver], inputs: {world: WORLD}, outputs: {path: {}}}
"""
APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: bakery}
spec: {workloads: [], platform: ./platform, shared: {oven: {type: oven}}}
"""
APPLY = ("apply", "-e", "one", "--auto-approve", "--no-input")


@dataclass(frozen=True)
class Bakery:
    """An application whose one resource is made once the file `gate` is there; its programs go by a clock of the test's."""

    shop: Shop
    world: Path
    clock: WallClock

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A fresh process of the command."""
        return self.shop.start(*words)

    def run(self, *words: str, expect: int = 0) -> str:
        """What a fresh process of the command says, that must end with ``expect``."""
        ended = finish(self.start(*words), expect)
        return ended.out + ended.err

    def are_at_work(self, count: int) -> bool:
        """Whether so many calls have been begun."""
        return len(list(self.world.glob("at-work-*"))) == count

    def begun(self) -> subprocess.Popen[str]:
        """An apply that holds the lease and makes the resource."""
        process = self.start(*APPLY)
        eventually(lambda: process.poll() is not None or self.are_at_work(1), "it is at work", seconds=60)
        assert process.poll() is None, process.communicate()
        return process

    def assert_made_once(self) -> None:
        assert len((self.world / "made").read_text().splitlines()) == 1
        assert "Nothing to do" in self.run("plan", "-e", "one")


@pytest.fixture(params=["sqlite", "postgres"])
def bakery(request: pytest.FixtureRequest, tmp_path: Path, isolated_home: Path) -> Iterator[Bakery]:
    world = tmp_path / "world"
    world.mkdir()
    files = {
        "platform/all.yaml": PLAIN + PLATFORM.replace("WORLD", str(world)),
        "platform/driver": DRIVER,
        "bakehouse.yaml": APPLICATION,
    }
    folder = written(tmp_path / "bakery", files)
    with contextlib.ExitStack() as held:
        place = held.enter_context(short_folder("clock"))
        place.chmod(0o755)
        clock, state = wall_clock(place), "sqlite:///.bakehouse/state.db"
        if request.param == "postgres":
            running = held.enter_context(server(variables=clock.variables))
            state = running.url()
            clock.set(-HOUR)
            with psycopg.connect(running.conninfo()) as connection:
                row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
            assert row is not None
            assert time.time() - float(row[0]) > HOUR - 60, "the server goes by the clock that is set"
            clock.set(0)
        shop = Shop(folder, isolated_home, {**clock.variables, "BAKEHOUSE_STATE": state})
        found = Bakery(shop, world, clock)
        found.run("env", "create", "one", "--type", "plain")
        try:
            yield found
        finally:
            kill(belonging_to(folder, world))


def with_children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    own = psutil.Process(process.pid)
    return [own, *own.children(recursive=True)]


@pytest.mark.parametrize(
    ("seconds", "asleep"),
    [(HOUR, False), (-HOUR, False), (HOUR, True)],
    ids=["set ahead", "set back", "ahead after a sleep of all processes"],
)
def test_of_two_applies_one_writes_whatever_the_clock_does(
    bakery: Bakery, seconds: int, asleep: bool
) -> None:
    first = bakery.begun()
    sleepers = with_children(first) if asleep else []
    for sleeper in sleepers:
        sleeper.send_signal(signal.SIGSTOP)
    bakery.clock.set(seconds)
    second = bakery.start(*APPLY)
    eventually(
        lambda: second.poll() is not None or bakery.are_at_work(2), "it is refused, or at work", seconds=60
    )
    for sleeper in sleepers:
        sleeper.send_signal(signal.SIGCONT)
    (bakery.world / "gate").touch()
    said = [process.communicate(timeout=120) for process in (first, second)]
    codes = [process.returncode for process in (first, second)]
    if asleep:
        assert codes[1] == 0, said
    assert codes in ([0, 5], [1, 0]), said
    refused = said[1] if codes[1] == 5 else said[0]
    assert f"process {first.pid}" in refused[1] if codes[1] == 5 else "lease-lost" in refused[1], said
    bakery.run(*APPLY)
    bakery.assert_made_once()


def test_who_holds_the_lease_and_sleeps_locks_nobody_out_by_a_clock_that_was_set_back(bakery: Bakery) -> None:
    first = bakery.begun()
    sleepers = with_children(first)
    for sleeper in sleepers:
        sleeper.send_signal(signal.SIGSTOP)
    bakery.clock.set(-HOUR)
    (bakery.world / "gate").touch()
    assert f"process {first.pid}" in bakery.run(*APPLY, expect=5)
    bakery.run(*APPLY, "--wait", "60s")
    for sleeper in sleepers:
        sleeper.send_signal(signal.SIGCONT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 1, said
    assert "lease-lost" in said
    bakery.assert_made_once()
