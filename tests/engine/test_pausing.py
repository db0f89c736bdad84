"""Pausing and resuming: users first, users last, and the same command after a failure or a crash."""

import pytest

from bakehouse.drivers.sdk import NotFound, PermanentFault
from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.action import Action
from bakehouse.plans.apply.outcome import Outcome
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.operations.pausing import is_done, is_half_resumed, plan_pause, plan_resume
from bakehouse.plans.pausing import switching
from bakehouse.plans.state.records import EnvironmentRecord, ResourceStatus
from fakes.engine import Engine, Things, a, actions, ends, out

THINGS: Things = {"web": {"note": out("db")}, "db": {"note": out("server")}, "server": {"note": "runs"}}


def pause(engine: Engine) -> Outcome:
    """Plan and carry out."""
    return engine.apply(plan_pause(engine.bench(), engine.environment))


def resume(engine: Engine) -> Outcome:
    """Plan and carry out."""
    return engine.apply(plan_resume(engine.bench(), engine.environment))


def recorded(engine: Engine) -> EnvironmentRecord:
    """The environment as it is recorded now."""
    return engine.store.reader().environments()[0]


def test_users_are_paused_first_and_resumed_last_and_no_record_changes(engine: Engine) -> None:
    engine.run(THINGS)
    before = engine.records()
    assert pause(engine).succeeded
    assert engine.world.named("pause") == ["web", "db", "server"]
    assert recorded(engine).paused
    assert is_done(engine.store.reader(), engine.environment)
    assert resume(engine).succeeded
    assert engine.world.named("resume") == ["server", "db", "web"]
    assert not recorded(engine).paused
    assert engine.records() == before
    assert [d.kind for d in engine.store.reader().deployments(engine.environment.uid)] == [
        "resume",
        "pause",
        "apply",
    ]


def test_what_cannot_be_paused_is_looked_through(engine: Engine) -> None:
    engine.run({**THINGS, "db": {"note": out("server"), "size": 3}})
    plain = plan_pause(engine.bench(), engine.environment)
    offered = {x for x in plain.changes if x != a("db")}
    reader = engine.store.reader()
    plan = switching(
        reader.snapshot(engine.environment.uid), reader.store_id, plain.origin, Action.PAUSE,
        lambda record, operation: record.address in offered,
    )  # fmt: skip
    assert actions(plan) == {"server": "pause", "web": "pause"}
    assert engine.apply(plan).succeeded
    assert engine.world.named("pause") == ["web", "server"]


def test_a_paused_environment_refuses_an_apply_and_is_not_asked_whether_it_runs(engine: Engine) -> None:
    engine.run(THINGS)
    pause(engine)
    engine.world.running = lambda token: False
    assert engine.plan(engine.graph(THINGS)).is_empty
    plan = engine.plan(engine.graph({**THINGS, "more": {}}))
    with pytest.raises(InvalidInput, match="paused") as refused:
        engine.apply(plan)
    assert refused.value.diagnostics[0].code == "environment-paused"
    assert refused.value.diagnostics[0].next == "bakehouse env resume dev"
    assert len(engine.store.reader().deployments(engine.environment.uid)) == 2
    engine.world.running = lambda token: True
    resume(engine)
    assert engine.apply(plan).succeeded


def test_a_pause_that_fails_half_way_leaves_it_paused_and_is_carried_on_with(engine: Engine) -> None:
    engine.run(THINGS)
    engine.world.faults["pause", "db"] = [PermanentFault("stuck")]
    assert ends(pause(engine)) == {"web/pause": "done", "db/pause": "failed", "server/pause": "skipped"}
    assert recorded(engine).paused
    assert not is_done(engine.store.reader(), engine.environment)
    assert {r.status for r in engine.records().values()} == {ResourceStatus.READY}
    assert pause(engine).succeeded
    assert engine.world.named("pause") == ["web", "db", "web", "db", "server"]


def test_what_does_not_start_is_told_and_left_to_the_next_apply(engine: Engine) -> None:
    engine.run(THINGS)
    pause(engine)
    engine.world.faults["resume", "server"] = [PermanentFault("port taken")]
    outcome = resume(engine)
    assert ends(outcome) == {"server/resume": "failed", "db/resume": "skipped", "web/resume": "skipped"}
    assert not recorded(engine).paused
    engine.world.running = lambda token: False
    assert actions(engine.plan(engine.graph(THINGS))) == {"server": "update"}


def test_what_did_not_start_and_what_was_left_out_because_of_it_are_tried_again(engine: Engine) -> None:
    engine.run(THINGS)
    pause(engine)
    assert not is_half_resumed(engine.store.reader(), engine.environment)
    engine.world.faults["resume", "server"] = [PermanentFault("no engine")]
    assert not resume(engine).succeeded
    assert engine.plan(engine.graph(THINGS)).is_empty
    engine.run({**THINGS, "more": {}})
    assert is_half_resumed(engine.store.reader(), engine.environment)
    assert resume(engine).succeeded
    assert sorted(engine.world.named("resume")[1:]) == ["db", "more", "server", "web"]
    assert not is_half_resumed(engine.store.reader(), engine.environment)


def test_a_resume_that_is_interrupted_leaves_it_paused_and_starts_everything_the_next_time(
    engine: Engine,
) -> None:
    engine.run(THINGS)
    pause(engine)
    stop = Stop()
    engine.world.on_call = lambda operation, name: (
        stop.request() if (operation, name) == ("resume", "server") else None
    )
    outcome = engine.apply(plan_resume(engine.bench(), engine.environment), stop=stop)
    assert outcome.interrupted
    assert recorded(engine).paused
    assert resume(engine).succeeded
    assert engine.world.named("resume") == ["server", "server", "db", "web"]
    assert not recorded(engine).paused


def test_what_is_gone_is_neither_paused_nor_resumed_and_is_no_failure(engine: Engine) -> None:
    engine.run(THINGS)
    engine.world.faults["pause", "db"] = [NotFound("gone")]
    engine.world.faults["resume", "db"] = [NotFound("gone")]
    assert pause(engine).succeeded
    assert resume(engine).succeeded


def test_a_paused_environment_can_be_destroyed_and_is_then_not_paused_any_more(engine: Engine) -> None:
    engine.run(THINGS)
    pause(engine)
    assert engine.apply(engine.plan(None)).succeeded
    assert not recorded(engine).paused
    assert not engine.records()


def test_what_is_broken_is_paused_too_and_left_to_the_next_apply(engine: Engine) -> None:
    engine.run(THINGS)
    engine.world.faults["update", "web"] = [PermanentFault("no")]
    engine.run({**THINGS, "web": {"note": out("db"), "size": 2}})
    assert actions(plan_pause(engine.bench(), engine.environment)) == {
        "db": "pause",
        "server": "pause",
        "web": "pause",
    }
    pause(engine)
    assert actions(plan_resume(engine.bench(), engine.environment)) == {"db": "resume", "server": "resume"}
