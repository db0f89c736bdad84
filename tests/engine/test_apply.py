"""Applying: what is done, in which order, and what is recorded."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import Conflict, Context, PermanentFault, Result, TransientFault
from bakehouse.graph.identity import create_token
from bakehouse.graph.resources import Edge, ResourceGraph
from bakehouse.graph.values import Secret, Text
from bakehouse.plans.apply.events import EventKind
from bakehouse.plans.build import Asked
from bakehouse.plans.staleness import StalePlan
from bakehouse.plans.state.failures import state_error
from bakehouse.plans.state.records import DeploymentStatus, ResourceStatus, StepStatus
from bakehouse.plans.state.sql.writer import SqlWriter
from bakehouse.plans.state.store import LeaseLost, StateError, Write
from fakes import dying
from fakes.engine import Engine, Things, a, actions, ends, out
from fakes.world import ThingDriver, ThingInputs


def test_a_first_apply_creates_upstream_first_and_the_next_plan_is_empty(engine: Engine) -> None:
    things: Things = {"web": {"note": out("db")}, "db": {"size": 2}}
    outcome = engine.run(things)
    assert outcome.succeeded
    assert engine.world.named("create") == ["db", "web"]
    record = engine.records()[a("web")]
    assert record.inputs == {"note": engine.records()[a("db")].outputs["id"]}
    assert engine.plan(engine.graph(things)).is_empty


@pytest.mark.scenario(23, 24)
@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({"id": "other", "size": 0}, "driver thing changed its stable output 'id'"),
        ({}, "driver thing gave no output 'id'"),
    ],
)
def test_a_rotation_that_does_other_than_rotate_is_a_failure(
    engine: Engine, outputs: dict[str, Any], said: str
) -> None:
    things = {"db": {}, "web": {"note": out("db", "id")}}
    engine.run(things)
    engine.world.results["db"] = Result({**outputs, "key": SecretStr("rotated-key")})
    outcome = engine.apply(engine.plan(engine.graph(things), asked=Asked(rotate={a("db"): "*"})))
    assert said in outcome.failed[0].detail["message"]


def test_secret_outputs_are_recorded_as_references_only(engine: Engine) -> None:
    engine.run({"db": {}, "web": {"note": out("db", "key")}})
    record = engine.records()[a("db")]
    assert record.outputs["key"] == Secret("local", f"{record.uid}/key", "1")
    clear = f"clear-{record.uid}-key"
    assert engine.world.things[engine.records()[a("web")].token]["note"] == clear
    assert clear.encode() not in engine.store.path.read_bytes()
    assert not any(clear in str(e.body()) for e in engine.events)


def test_an_output_that_repeats_an_opened_secret_becomes_secret_itself(engine: Engine) -> None:
    engine.run({"db": {}})
    clear = f"clear-{engine.records()[a('db')].uid}-key"
    engine.world.results["web"] = Result({"id": clear, "size": 1, "key": SecretStr("k" * 9)})
    engine.run({"db": {}, "web": {"note": out("db", "key")}})
    assert isinstance(engine.records()[a("web")].outputs["id"], Secret)
    assert clear.encode() not in engine.store.path.read_bytes()


def test_a_failure_skips_its_dependants_only_and_the_same_apply_resumes(engine: Engine) -> None:
    engine.world.faults["create", "db"] = [PermanentFault("no room", hint="make room")]
    things = {"web": {"note": out("db")}, "db": {}, "cache": {}}
    outcome = engine.run(things)
    assert ends(outcome) == {"cache/create": "done", "db/create": "failed", "web/create": "skipped"}
    assert outcome.deployment.status is DeploymentStatus.FAILED
    (failed,) = outcome.failed
    assert failed.detail == {
        "fault": "PermanentFault",
        "message": "no room",
        "hint": "make room",
        "definition": "things",
    }
    assert engine.records()[a("db")].status is ResourceStatus.TAINTED
    plan = engine.plan(engine.graph(things))
    assert actions(plan) == {"db": "create", "web": "create"}
    assert engine.apply(plan).succeeded
    assert len(engine.world.things) == 3


@pytest.mark.scenario(25)
def test_an_object_found_again_after_a_half_failed_create_is_completed_not_doubled(engine: Engine) -> None:
    plan = engine.plan(engine.graph({"db": {}}))
    token = create_token(plan.changes[a("db")].uid, 1)
    half = Result({"id": token, "size": 0, "key": "abcdef"})
    engine.world.late["create", "db"] = [PermanentFault("broke half-way", partial=half)]
    engine.apply(plan)
    record = engine.records()[a("db")]
    assert (record.status, record.outputs["size"]) == (ResourceStatus.TAINTED, 0)
    plan = engine.plan(engine.graph({"db": {}}))
    assert actions(plan) == {"db": "update"}
    assert engine.apply(plan).succeeded
    assert len(engine.world.things) == 1


@pytest.mark.scenario(7)
def test_no_work_is_begun_once_the_last_good_heart_beat_is_too_old(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(writer: SqlWriter) -> None:
        raise state_error("state-unreachable", "no answer")

    monkeypatch.setattr(SqlWriter, "heartbeat", unreachable)
    monkeypatch.setattr("bakehouse.plans.apply.heartbeat.TRUST", 0.3)
    monkeypatch.setattr("bakehouse.plans.apply.heartbeat.PERIOD", 0.05)
    engine.world.on_call = lambda operation, name: time.sleep(0.5)
    outcome = engine.run({"db": {}, "web": {"note": out("db")}})
    assert ends(outcome) == {"db/create": "done", "web/create": "not-attempted"}
    assert engine.world.calls == [("create", "db")]


@pytest.mark.scenario(27)
def test_a_transient_fault_is_tried_again_and_told(engine: Engine) -> None:
    engine.world.faults["create", "db"] = [TransientFault("busy", retry_after=0.01)] * 2
    assert engine.run({"db": {}}).succeeded
    assert engine.world.named("create") == ["db"] * 3
    retries = [e.detail["attempt"] for e in engine.events if e.kind is EventKind.STEP_RETRY]
    assert retries == [2, 3]


@pytest.mark.scenario(27)
@pytest.mark.parametrize(("asked", "paused"), [(0.3, 0.3), (-5.0, 0.4), (0.0, 0.4), (None, 0.4)])
def test_a_retry_comes_no_sooner_than_the_driver_asks_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, asked: float | None, paused: float
) -> None:
    monkeypatch.setattr("bakehouse.plans.apply.task.random.uniform", lambda low, high: low)
    engine.world.faults["create", "db"] = [TransientFault("busy", retry_after=asked)]
    assert engine.run({"db": {}}).succeeded
    assert [e.detail["pause"] for e in engine.events if e.kind is EventKind.STEP_RETRY] == [paused]


def test_a_conflict_on_a_fresh_create_leaves_nothing_recorded(engine: Engine) -> None:
    engine.world.faults["create", "db"] = [Conflict("belongs to somebody else", owner="them")]
    outcome = engine.run({"db": {}})
    assert ends(outcome) == {"db/create": "failed"}
    assert not engine.records()


def test_an_unexpected_error_of_a_driver_is_a_failure_with_its_kind(engine: Engine) -> None:
    engine.world.faults["create", "db"] = [ZeroDivisionError("oops")]
    (failed,) = engine.run({"db": {}}).failed
    assert failed.detail["message"] == "driver thing failed unexpectedly: ZeroDivisionError: oops"


@pytest.mark.scenario(18)
def test_a_change_upstream_that_comes_to_nothing_leaves_dependants_alone(engine: Engine) -> None:
    engine.run({"db": {"note": "a"}, "web": {"size": out("db", "size")}})
    plan = engine.plan(engine.graph({"db": {"note": "b"}, "web": {"size": out("db", "size")}}))
    assert actions(plan) == {"db": "update", "web": "update"}
    assert plan.changes[a("web")].conditional == ("size",)
    outcome = engine.apply(plan)
    assert ends(outcome) == {"db/update": "done", "web/update": "unchanged"}
    assert engine.world.named("update") == ["db"]


def test_stable_outputs_do_not_fan_out(engine: Engine) -> None:
    engine.run({"db": {"note": "a"}, "web": {"note": out("db")}})
    assert actions(engine.plan(engine.graph({"db": {"note": "b"}, "web": {"note": out("db")}}))) == {
        "db": "update"
    }


def test_rotation_gives_the_secret_a_new_version_and_reaches_its_users(engine: Engine) -> None:
    things = {"db": {}, "web": {"note": out("db", "key")}}
    engine.run(things)
    plan = engine.plan(engine.graph(things), asked=Asked(rotate={a("db"): "*"}))
    assert actions(plan) == {"db": "update", "web": "update"}
    notes = ("the old values may stop working before everything that uses them has the new ones",)
    assert [plan.changes[a(name)].notes for name in ("db", "web")] == [notes, ()]
    assert engine.apply(plan).succeeded
    assert engine.records()[a("db")].outputs["key"].version == "2"
    assert engine.world.things[engine.records()[a("web")].token]["note"].startswith("rotated-")
    assert engine.plan(engine.graph(things)).is_empty


@pytest.mark.scenario(11)
def test_a_saved_plan_is_refused_once_its_basis_moved_and_says_who_moved_it(engine: Engine) -> None:
    engine.run({"db": {}, "web": {}})
    plan = engine.plan(engine.graph({"db": {"size": 5}, "web": {}}))
    engine.run({"db": {"size": 7}, "web": {}})
    with pytest.raises(StalePlan) as caught:
        engine.apply(plan)
    assert [d.message for d in caught.value.diagnostics] == [
        "thing#db was changed by deployment 2 of tester since the plan was made"
    ]


@pytest.mark.scenario(11)
def test_what_moved_elsewhere_does_not_make_a_plan_stale(engine: Engine) -> None:
    engine.run({"db": {}, "web": {}})
    plan = engine.plan(engine.graph({"db": {"size": 5}, "web": {}}))
    engine.run({"db": {}, "web": {"size": 7}})
    assert engine.apply(plan).succeeded


@pytest.mark.scenario(45)
def test_the_same_plan_resumes_its_own_unfinished_deployment(engine: Engine) -> None:
    plan = engine.plan(engine.graph({"db": {}, "web": {"note": out("db")}}))
    engine.world.faults["create", "web"] = [PermanentFault("no")]
    assert not engine.apply(plan).succeeded
    outcome = engine.apply(plan)
    assert outcome.succeeded
    assert engine.world.named("create") == ["db", "web", "web"]
    assert outcome.deployment.reason == "resumes deployment 1"


@pytest.mark.scenario(12)
def test_a_plan_made_with_another_schema_of_a_driver_is_stale(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = engine.plan(engine.graph({"db": {}}))
    monkeypatch.setattr(engine.registry.get("thing"), "schema_version", 2)
    with pytest.raises(StalePlan) as caught:
        engine.apply(plan)
    assert [d.message for d in caught.value.diagnostics] == [
        "driver thing has schema version 2, the plan was made with 1"
    ]


@pytest.mark.scenario(23)
def test_a_driver_that_changes_a_stable_output_is_caught_and_the_object_is_tracked(engine: Engine) -> None:
    engine.run({"db": {"size": 1}})
    engine.world.results["db"] = Result({"id": "other", "size": 2, "key": SecretStr("k" * 9)})
    (failed,) = engine.run({"db": {"size": 2}}).failed
    assert "driver thing changed its stable output 'id' from" in failed.detail["message"]
    assert engine.records()[a("db")].status is ResourceStatus.TAINTED


@pytest.mark.scenario(24)
def test_a_declared_output_that_the_driver_does_not_give_fails_that_step_and_names_the_definition(
    engine: Engine,
) -> None:
    engine.world.results["db"] = Result({"size": 1, "key": SecretStr("k" * 9)})
    (failed,) = engine.run({"db": {"size": 1}}).failed
    assert "driver thing gave no output 'id', which definition things declares" in failed.detail["message"]
    assert engine.records()[a("db")].status is ResourceStatus.TAINTED


@pytest.mark.scenario(46)
def test_what_stopped_running_is_started_again(engine: Engine) -> None:
    engine.run({"db": {"note": "runs"}})
    engine.world.running = lambda token: False
    plan = engine.plan(engine.graph({"db": {"note": "runs"}}))
    assert [(c.action.label, c.reasons[0].text) for c in plan.changes.values()] == [("update", "stopped")]
    engine.apply(plan)
    assert engine.world.named("update") == ["db"]


def test_a_renamed_definition_is_recorded_and_counted_but_no_change(engine: Engine) -> None:
    engine.run({"db": {}})
    plan = engine.plan(engine.graph({"db": {}}, definition={"description": "new words"}))
    assert not plan.has_changes
    assert plan.counts() == {"record-only": 1}
    engine.apply(plan)
    assert engine.plan(engine.graph({"db": {}}, definition={"description": "new words"})).is_empty
    assert engine.world.named("update") == []


def test_steps_are_journalled_with_their_end(engine: Engine) -> None:
    engine.run({"db": {}})
    (step,) = engine.store.reader().steps(engine.environment.uid, 1)
    assert (step.key, step.status, step.row_version) == ("thing#db/create", StepStatus.DONE, 2)


def test_outputs_may_be_made_of_what_other_resources_give(engine: Engine) -> None:
    def graph(shape: str) -> ResourceGraph:
        made = engine.graph({"proxy": {"shape": shape}, "dns": {"size": 1}, "web": {"note": out("dns")}})
        nodes = dict(made.nodes)
        expressions = {
            "id": Text(("via ", out("proxy"))),
            "size": out("dns", "size"),
            "key": out("dns", "key"),
        }
        dns = nodes[a("dns")]
        nodes[a("dns")] = replace(dns, outputs=expressions, edges=(Edge(a("dns"), a("proxy")),))
        ordered = {address: nodes[address] for address in (a("proxy"), a("dns"), a("web"))}
        return replace(made, nodes=ordered)

    assert engine.apply(engine.plan(graph("round"))).succeeded
    proxy = engine.records()[a("proxy")].outputs["id"]
    assert engine.records()[a("web")].inputs["note"] == f"via {proxy}"
    assert engine.plan(graph("round")).is_empty
    plan = engine.plan(graph("square"))
    assert actions(plan) == {"proxy": "replace", "dns": "no-op", "web": "update"}
    assert engine.apply(plan).succeeded
    again = engine.records()[a("proxy")].outputs["id"]
    assert again != proxy
    assert engine.records()[a("web")].inputs["note"] == f"via {again}"
    assert engine.plan(graph("square")).is_empty


@pytest.mark.scenario(24)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"id": "x", "size": "many"}, "output 'size' of driver thing is of type str, declared is integer"),
        ({"id": "x", "size": float("nan")}, "output size is nan, which cannot be recorded"),
        ({"size": 1}, "driver thing gave no output 'id', which definition things declares"),
    ],
)
def test_outputs_that_are_not_as_declared_fail_that_step_alone_and_the_object_is_tracked(
    engine: Engine, given: dict[str, object], said: str
) -> None:
    engine.world.results["a"] = Result({"key": SecretStr("a-secret-key"), **given})
    outcome = engine.run({"a": {}, "b": {}})
    assert ends(outcome) == {"a/create": "failed", "b/create": "done"}
    assert said in str(outcome.failed[0].detail)
    del engine.world.results["a"]
    assert engine.run({"a": {}, "b": {}}).succeeded
    assert len(engine.world.things) == 2


@pytest.mark.scenario(24)
def test_outputs_that_nobody_declared_are_kept_with_the_driver_and_disturb_nobody(engine: Engine) -> None:
    engine.world.results["a"] = Result({"id": "x", "size": 1, "key": SecretStr("a-secret-key"), "more": [1]})
    assert engine.run({"a": {}}).succeeded
    record = engine.records()[a("a")]
    assert "more" not in record.outputs
    assert record.driver_outputs["more"] == [1]


@pytest.mark.slow
@pytest.mark.scenario(31)
def test_when_the_state_cannot_be_written_no_further_work_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = {"a": {}, "b": {"note": out("a")}, "c": {"note": out("b")}}
    commit = SqlWriter.commit

    def failing(self: SqlWriter, writes: Sequence[Write], *rest: Any) -> None:
        if any(
            w.step is not None and w.step.key == "thing#b/create" and w.step.status == "done" for w in writes
        ):
            raise state_error("state-full", "the disk is full")
        commit(self, writes, *rest)

    def run() -> None:
        monkeypatch.setattr(SqlWriter, "commit", failing)
        one = dying.engine(tmp_path)
        with pytest.raises(StateError, match="the disk is full"):
            one.run(things)
        assert one.world.named("create") == ["a", "b"]

    assert dying.exit_of(dying.begun(run)) == 0
    other = dying.engine(tmp_path)
    assert other.run(things).succeeded
    assert len(other.world.things.ever) == 3


@pytest.mark.scenario(9)
def test_an_apply_whose_lease_is_ended_by_force_starts_nothing_more_and_writes_nothing_more(
    engine: Engine,
) -> None:
    def unlock(operation: str, name: str) -> None:
        lease = engine.store.reader().lease(engine.environment.uid)
        if (operation, name) == ("create", "b") and lease is not None:
            engine.store.unlock(engine.environment.uid, lease.fence)

    engine.world.on_call = unlock
    things = {"a": {}, "b": {"note": out("a")}, "c": {"note": out("b")}}
    with pytest.raises(LeaseLost):
        engine.run(things)
    assert {r.address.id: r.status.value for r in engine.records().values()} == {"a": "ready", "b": "pending"}
    assert engine.world.named("create") == ["a", "b"]
    assert engine.store.reader().lease(engine.environment.uid) is None


class Talkative(ThingDriver):
    """Tells of many things in one breath."""

    def create(self, context: Context, inputs: ThingInputs) -> Result:
        for number in range(200):
            context.progress(str(number))
            context.progress(str(number))
        return super().create(context, inputs)


def test_what_a_driver_tells_is_heard_once_and_in_the_order_in_which_it_was_told(engine: Engine) -> None:
    engine.registry = Registry([], [Talkative(engine.world)])
    engine.run({"one": {}})
    told = [e.detail["message"] for e in engine.events if e.kind is EventKind.STEP_PROGRESS]
    assert told == [str(number) for number in range(200)]
