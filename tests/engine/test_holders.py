"""Who may write, and who may still be at work: applies in processes of their own that sleep, die, and wake up."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import Context, Result
from bakehouse.drivers.watchdog import Child, Command
from bakehouse.graph.errors import BakehouseError
from bakehouse.plans.apply.events import EventKind
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.operations.applying import apply_plan
from bakehouse.plans.operations.workbench import ApplyOptions
from bakehouse.plans.staleness import StalePlan
from bakehouse.plans.state.holder import current_holder, is_running
from bakehouse.plans.state.records import ResourceStatus
from bakehouse.plans.state.store import LeaseHeld
from fakes.dying import begun, exit_of
from fakes.engine import Engine, a, actions, ends
from fakes.world import Journal, ThingDriver, ThingInputs, World

pytestmark = pytest.mark.slow

LEASE = 1.0


def eventually(holds: Callable[[], object], what: str) -> None:
    limit = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < limit, f"it did not come true that {what}"
        time.sleep(0.01)


def engine(folder: Path, lease: float = LEASE) -> Engine:
    """An engine whose things named `slow` are made or changed once there is a file `gate`; `started` says that one waits."""
    one = Engine(folder, World(things=Journal(folder / "world")), lease)

    def wait(operation: str, name: str) -> None:
        if name == "slow" and operation in ("create", "update"):
            (folder / "started").touch()
            eventually((folder / "gate").exists, "the gate is open")

    one.world.on_call = wait
    return one


@contextmanager
def applying(
    folder: Path, *, lease: float = LEASE, code: int | None = 0, thing: Mapping[str, object] = {}, **more: Any
) -> Iterator[int]:
    """A process that makes or changes a slow thing and has begun to; after the block it must end with ``code``."""

    def work() -> None:
        one = engine(folder, lease)
        try:
            assert one.run({"slow": dict(thing)}, **more).succeeded
        except BakehouseError as error:
            print(error.diagnostics[0].code, file=sys.stderr)
            os._exit(3)

    engine(folder, lease).store.close()
    process = begun(work)
    try:
        eventually((folder / "started").exists, "it makes the thing")
        yield process
        (folder / "gate").touch()
        assert exit_of(process) == code
    except BaseException:
        os.kill(process, signal.SIGKILL)
        raise


@pytest.mark.scenario(6, 10)
def test_while_one_applies_another_may_plan_and_is_told_whom_to_wait_for(tmp_path: Path) -> None:
    with applying(tmp_path, lease=30) as process:
        other = engine(tmp_path, 30)
        plan = other.plan(other.graph({"other": {}}))
        assert plan.origin.serial == other.store.reader().snapshot(other.environment.uid).environment.serial
        with pytest.raises(LeaseHeld) as error:
            other.apply(plan, ApplyOptions(wait=0.2))
        lease = error.value.lease
        said = error.value.diagnostics[0].message
        for part in (lease.holder.host, f"process {process}", lease.acquired, lease.expires):
            assert part in said
        (tmp_path / "gate").touch()
        with pytest.raises(StalePlan, match="slow was changed by deployment 1"):
            other.apply(plan, ApplyOptions(wait=60))


@pytest.mark.scenario(1, 7)
def test_a_dead_holder_is_replaced_at_once_and_named(tmp_path: Path) -> None:
    with applying(tmp_path, lease=600, code=-signal.SIGKILL) as process:
        os.kill(process, signal.SIGKILL)
        eventually(lambda: not is_running(process), "it is dead")
        (tmp_path / "gate").touch()
        other = engine(tmp_path, 600)
        assert other.run({"slow": {}}).succeeded
    (announced,) = [e for e in other.events if e.kind is EventKind.LEASE_TAKEN_OVER]
    assert announced.detail["pid"] == process
    assert len(other.world.things) == 1


@pytest.mark.scenario(8)
def test_a_holder_that_slept_past_its_lease_is_not_doubled_and_writes_nothing_when_it_wakes(
    tmp_path: Path,
) -> None:
    with applying(tmp_path, code=3) as process:
        os.kill(process, signal.SIGSTOP)
        for wait in (60, 0):
            other = engine(tmp_path)
            outcome = other.apply(other.plan(other.graph({"slow": {}, "other": {}})), ApplyOptions(wait=wait))
            assert ends(outcome)["slow/create"] == "pending", "he may make it, whoever held the lease since"
            assert f"(pid {process})" in outcome.failed[0].detail["message"]
            other.store.close()
        os.kill(process, signal.SIGCONT)
    last = engine(tmp_path)
    assert last.records()[a("slow")].status is ResourceStatus.PENDING
    assert last.run({"slow": {}, "other": {}}).succeeded
    assert len(last.world.things) == len(last.world.things.ever) == 2


@pytest.mark.scenario(8)
def test_what_a_holder_that_sleeps_may_still_change_is_not_handed_over_and_forgotten(tmp_path: Path) -> None:
    retained: dict[str, Any] = {"definition": {"onRemove": "retain"}}
    (tmp_path / "gate").touch()
    first = engine(tmp_path)
    assert first.run({"slow": {"size": 1}}, **retained).succeeded
    first.store.close()
    for name in ("gate", "started"):
        (tmp_path / name).unlink()
    with applying(tmp_path, code=3, thing={"size": 2}, **retained) as process:
        os.kill(process, signal.SIGSTOP)
        other = engine(tmp_path)
        outcome = other.apply(other.plan(other.graph({})), ApplyOptions(wait=60))
        assert ends(outcome) == {"slow/forget": "pending"}
        assert other.world.named("retain") == []
        other.store.close()
        os.kill(process, signal.SIGCONT)
    last = engine(tmp_path)
    assert last.run({}).succeeded
    assert last.world.named("retain") == ["slow"]


@pytest.mark.scenario(8, 41)
def test_a_clock_that_is_set_ahead_does_not_end_what_a_living_holder_is_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the wall clock the deadline of his call has passed long ago; by the one that cannot be set it has not."""
    with applying(tmp_path, code=3) as process:
        os.kill(process, signal.SIGSTOP)
        time.sleep(2 * LEASE)
        other = engine(tmp_path)
        later = replace(other.bench(), now=lambda: (datetime.now(UTC) + timedelta(days=1)).isoformat())
        plan = other.plan(other.graph({"slow": {}, "other": {}}))
        outcome = apply_plan(later, plan, ApplyOptions(wait=60), other.events.append, Stop())
        assert ends(outcome) == {"slow/create": "pending", "other/create": "done"}
        other.store.close()
        os.kill(process, signal.SIGCONT)
    last = engine(tmp_path)
    assert last.run({"slow": {}, "other": {}}).succeeded
    assert len(last.world.things) == len(last.world.things.ever) == 2


@pytest.mark.scenario(4, 26)
def test_what_was_left_running_is_not_made_by_another_while_its_process_lives(tmp_path: Path) -> None:
    one, stop = engine(tmp_path), Stop()
    threads = threading.active_count()

    def interrupt() -> None:
        eventually((tmp_path / "started").exists, "it makes the thing")
        stop.request()
        stop.request()

    threading.Thread(target=interrupt).start()
    outcome = one.apply(one.plan(one.graph({"slow": {}})), stop=stop)
    assert ends(outcome) == {"slow/create": "pending"}
    with pytest.raises(LeaseHeld):
        one.run({"slow": {}})
    plan = one.plan(one.graph({"slow": {}}))
    assert actions(plan) == {"slow": "create"}
    assert plan.changes[a("slow")].reasons[0].text == "create unfinished in deployment 1"
    again = one.apply(plan, ApplyOptions(wait=60))
    assert ends(again) == {"slow/create": "pending"}, "the lease ran out, and the thread may still act"
    (tmp_path / "gate").touch()
    eventually(lambda: len(one.world.things) == 1, "the thread has made it")
    # A fork beside a thread that closes a database would inherit SQLite's locks for ever.
    eventually(lambda: threading.active_count() == threads, "no thread is at work")
    one.store.close()

    def later() -> None:
        other = engine(tmp_path)
        assert other.run({"slow": {}}).succeeded
        assert len(other.world.things) == 1

    child = begun(later)
    assert exit_of(child) == 1, "not even by another process"


class Slow(ThingDriver):
    """Makes things by a program that asks for time when it is asked to stop, and makes them in that time."""

    def create(self, context: Context, inputs: ThingInputs) -> Result:
        file = context.workspace.root / "made"
        script = f"trap 'sleep 1; echo made >> {file}; exit 0' INT; touch {file}.begun; while :; do sleep 0.05; done"
        with Child(
            Command(("sh", "-c", script), context.run_dir, dict(os.environ)), context.run_dir
        ) as child:
            child.wait(600)
        return super().create(context, inputs)

    def find(self, context: Context) -> Result | None:
        made = (context.workspace.root / "made").exists()
        return self._result(context, ThingInputs()) if made else None


@pytest.mark.scenario(5, 7)
@pytest.mark.parametrize("held_between", [False, True])
def test_what_a_child_of_a_dead_holder_makes_while_it_ends_is_waited_for(
    tmp_path: Path, held_between: bool
) -> None:
    """Also where somebody else, such as `state mv`, held the environment in between and waited for nobody."""

    def slow() -> Engine:
        one = Engine(tmp_path)
        one.registry = Registry([], [Slow(one.world)])
        return one

    slow().store.close()
    process = begun(lambda: slow().run({"a": {}}))
    eventually((tmp_path / "made.begun").exists, "the child is at work")
    os.kill(process, signal.SIGKILL)
    eventually(lambda: not is_running(process), "it is dead, though nobody has asked how it ended")
    other = slow()
    if held_between:
        with other.store.hold(other.environment.uid, current_holder("me", "state mv"), wait=0) as writer:
            assert writer.took_over_from is not None
    assert other.run({"a": {}}).succeeded
    assert exit_of(process) == -signal.SIGKILL
    assert (tmp_path / "made").read_text() == "made\n", "found, not made a second time"
    assert list(other.workspace.home.iterdir()) == [], "no folder of a call is left"
