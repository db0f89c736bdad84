"""Bounds of an apply: deadlines, interruptions, calls at once, and when to give up."""

import threading
import time

import pytest
from msgspec.structs import replace

from bakehouse.drivers.sdk import PermanentFault
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.operations.workbench import ApplyOptions
from bakehouse.plans.state.records import DeploymentStatus, ResourceStatus
from fakes.engine import Engine, a, ends, out


@pytest.mark.scenario(26)
def test_a_call_past_its_deadline_is_left_pending_and_other_branches_go_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.world.gates["create", "slow"] = threading.Event()
    monkeypatch.setattr(engine.registry.get("thing"), "timeout", 0.2)
    outcome = engine.run({"slow": {}, "quick": {}, "after": {"note": out("slow")}})
    assert ends(outcome)["quick/create"] == "done"
    assert ends(outcome)["slow/create"] in ("failed", "pending")
    assert ends(outcome)["after/create"] == "skipped"


@pytest.mark.scenario(26)
def test_a_driver_that_heeds_nothing_is_abandoned_and_its_late_answer_is_recorded(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakehouse.plans.apply.walk._PATIENCE", 0.1)
    engine.world.deaf = True
    gate, last = threading.Event(), threading.Event()
    engine.world.gates["create", "slow"] = gate
    engine.world.gates["create", "other"] = last
    monkeypatch.setattr(engine.registry.get("thing"), "timeout", 0.2)

    def release() -> None:
        time.sleep(0.6)
        gate.set()

    threading.Thread(target=release).start()
    plan = engine.plan(engine.graph({"slow": {}, "after": {"note": out("slow")}, "other": {}}))
    target = plan.changes[a("other")].target
    assert target is not None
    changes = {
        **plan.changes,
        a("other"): replace(plan.changes[a("other")], target=replace(target, timeout=30.0)),
    }
    threading.Timer(1.5, last.set).start()
    outcome = engine.apply(replace(plan, changes=changes))
    assert ends(outcome) == {"slow/create": "done", "other/create": "done", "after/create": "skipped"}
    assert engine.records()[a("slow")].status is ResourceStatus.READY
    assert len(engine.world.things) == 2


@pytest.mark.scenario(4)
def test_ctrl_c_lets_running_steps_finish_and_starts_nothing_new(engine: Engine) -> None:
    stop, gate = Stop(), threading.Event()
    engine.world.gates["create", "db"] = gate

    def interrupt() -> None:
        while not engine.world.calls:
            time.sleep(0.005)
        stop.request()
        time.sleep(0.1)
        gate.set()

    threading.Thread(target=interrupt).start()
    outcome = engine.apply(engine.plan(engine.graph({"db": {}, "web": {"note": out("db")}})), stop=stop)
    assert ends(outcome) == {"db/create": "done", "web/create": "not-attempted"}
    assert outcome.deployment.status is DeploymentStatus.INTERRUPTED
    assert outcome.interrupted


def test_parallelism_bounds_the_calls_at_once(engine: Engine) -> None:
    gate = threading.Event()
    for name in ("t1", "t2", "t3", "t4"):
        engine.world.gates["create", name] = gate
    seen: list[int] = []

    def watch() -> None:
        until = time.monotonic() + 10
        while len(engine.world.calls) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)  # a third call would come now
        seen.append(len(engine.world.calls))
        gate.set()

    threading.Thread(target=watch).start()
    plan = engine.plan(engine.graph({n: {} for n in ("t1", "t2", "t3", "t4")}))
    assert engine.apply(plan, ApplyOptions(parallelism=2)).succeeded
    assert seen == [2]


def test_fail_fast_starts_nothing_after_the_first_failure(engine: Engine) -> None:
    engine.world.faults["create", "a1"] = [PermanentFault("no")]
    plan = engine.plan(engine.graph({"a1": {}, "b1": {}}))
    outcome = engine.apply(plan, ApplyOptions(parallelism=1, fail_fast=True))
    assert ends(outcome) == {"a1/create": "failed", "b1/create": "not-attempted"}
