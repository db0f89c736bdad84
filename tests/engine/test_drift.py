"""What others changed: found by looking, shown without its secrets, and undone by a plan that was refreshed."""

import threading
from typing import Any

import pytest
from pydantic import SecretStr

from bakehouse.drivers.sdk import PermanentFault, Result
from bakehouse.graph.values import Secret
from bakehouse.plans.build import Asked
from bakehouse.plans.change import PropertyDiff, Why
from bakehouse.plans.drift import Finding, Live, reason
from bakehouse.plans.live import Observer
from bakehouse.plans.plan import Plan
from bakehouse.plans.reports.drift import drift as document
from bakehouse.plans.staleness import StalePlan
from fakes.engine import Engine, Things, a, actions, out
from fakes.world import Faults

THINGS: Things = {"web": {"note": out("db")}, "db": {"size": 2}}


@pytest.fixture
def applied(engine: Engine) -> Engine:
    engine.run(THINGS)
    return engine


def refreshed(engine: Engine, things: Things = THINGS) -> Plan:
    return engine.plan(engine.graph(things), asked=Asked(live=engine.look()))


def alter(engine: Engine, name: str, **inputs: Any) -> None:
    engine.world.things[engine.records()[a(name)].token].update(inputs)


def lose(engine: Engine, name: str) -> None:
    del engine.world.things[engine.records()[a(name)].token]


def findings(engine: Engine) -> dict[str, str]:
    return {address.id: live.finding.value for address, live in engine.look().items()}


def test_nothing_drifts_by_itself_and_a_look_writes_nothing(applied: Engine) -> None:
    before = applied.store.path.read_bytes(), applied.store.reader().snapshot(applied.environment.uid)
    assert findings(applied) == {"db": "as-recorded", "web": "as-recorded"}
    after = applied.store.path.read_bytes(), applied.store.reader().snapshot(applied.environment.uid)
    assert before == after
    assert refreshed(applied).is_empty


def test_what_was_changed_outside_is_brought_back(applied: Engine) -> None:
    alter(applied, "db", size=9)
    plan = refreshed(applied)
    (change,) = plan.changes.values()
    assert actions(plan) == {"db": "update"}
    assert [(r.why, r.text) for r in change.reasons] == [
        (Why.DRIFT, "changed outside: size is 9, recorded 2")
    ]
    assert applied.apply(plan).succeeded
    assert applied.world.things[applied.records()[a("db")].token]["size"] == 2
    assert refreshed(applied).is_empty


def test_without_looking_a_plan_does_not_know_of_it(applied: Engine) -> None:
    lose(applied, "db")
    assert applied.plan(applied.graph(THINGS)).is_empty
    assert applied.world.named("read") == []


def test_what_is_gone_is_created_again_as_the_same_resource(applied: Engine) -> None:
    uid = applied.records()[a("db")].uid
    lose(applied, "db")
    plan = refreshed(applied)
    assert actions(plan) == {"db": "create", "web": "update"}
    assert plan.changes[a("db")].reasons[0].text == "its object is gone: gone"
    assert applied.apply(plan).succeeded
    assert applied.records()[a("db")].uid == uid
    assert len(applied.world.things) == 2
    assert refreshed(applied).is_empty


def test_a_secret_that_was_changed_outside_is_told_and_never_shown(applied: Engine) -> None:
    found = {"id": applied.records()[a("db")].token, "size": 2, "key": SecretStr("somebody-else")}
    applied.world.results["db"] = Result(found)
    lives = applied.look()
    (diff,) = lives[a("db")].diffs
    assert (diff.path, type(diff.before), type(diff.after)) == ("key", Secret, Secret)
    told = document(applied.store.reader().snapshot(applied.environment.uid), lives, "now")
    assert "somebody-else" not in str(told)
    assert told["resources"][0]["diffs"][0]["after"] == "***"
    assert refreshed(applied).changes[a("db")].reasons[0].text == "changed outside: key is another secret"


def test_what_cannot_be_read_says_why_without_secrets_and_changes_nothing(engine: Engine) -> None:
    things: Things = {"db": {}, "web": {"note": out("db", "key")}}
    engine.run(things)
    clear = f"clear-{engine.records()[a('db')].uid}-key"
    faults: Faults = {
        ("read", "db"): [PermanentFault("no rights")],
        ("read", "web"): [RuntimeError(f"odd {clear}")],
    }
    engine.world.faults = {at: list(found) for at, found in faults.items()}
    lives = engine.look()
    assert lives[a("db")].said == ("no rights",)
    assert lives[a("web")].said == ("driver thing failed unexpectedly: RuntimeError: odd ***",)
    assert all(live.finding is Finding.UNREAD and live.digest is None for live in lives.values())
    engine.world.faults = {at: list(found) for at, found in faults.items()}
    assert refreshed(engine, things).is_empty


def test_a_driver_that_does_not_answer_holds_nobody_up(
    applied: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Observer, "seconds", lambda self, record: 0.05 if record.address == a("db") else 60.0)
    monkeypatch.setattr("bakehouse.plans.live.GRACE", 0.1)
    gate = applied.world.gates["read", "db"] = threading.Event()
    applied.world.deaf = True
    try:
        lives = applied.look()
    finally:
        gate.set()
    assert lives[a("db")].said == ("its driver did not answer in time",)
    assert lives[a("web")].finding is Finding.SAME


def test_a_replacement_is_one_whatever_drifted(applied: Engine) -> None:
    alter(applied, "db", size=9)
    plan = refreshed(applied, {**THINGS, "db": {"size": 2, "shape": "square"}})
    assert actions(plan)["db"] == "replace"
    assert {r.why for r in plan.changes[a("db")].reasons} == {Why.INPUT, Why.DRIFT}


def test_what_is_held_although_the_application_dropped_it_is_looked_at_too(applied: Engine) -> None:
    applied.run({"keep": {}} | dict(THINGS), definition={"onRemove": "protect"})
    applied.run(THINGS)
    lose(applied, "keep")
    assert findings(applied)["keep"] == "gone"


def test_a_refreshed_plan_is_refused_once_the_object_is_not_as_it_was_looked_at(applied: Engine) -> None:
    """Scenario 14: what is planned is what was seen; what nobody plans to touch may move."""
    alter(applied, "db", size=9)
    plan = refreshed(applied)
    alter(applied, "db", size=12)
    deployments = len(applied.store.reader().deployments(applied.environment.uid))
    with pytest.raises(StalePlan) as stale:
        applied.apply(plan)
    (told,) = stale.value.diagnostics
    assert (told.code, told.address) == ("stale-plan", "thing#db")
    assert told.message == "thing#db was changed outside since the plan was made"
    assert len(applied.store.reader().deployments(applied.environment.uid)) == deployments
    assert applied.world.named("update") == []

    alter(applied, "db", size=9)
    alter(applied, "web", size=5)
    assert applied.apply(plan).succeeded


def test_a_plan_whose_objects_cannot_be_looked_at_again_is_refused(applied: Engine) -> None:
    lose(applied, "db")
    plan = refreshed(applied)
    applied.world.faults["read", "db"] = [PermanentFault("no rights")]
    with pytest.raises(StalePlan, match="thing#db cannot be read any more: no rights"):
        applied.apply(plan)


def test_a_half_applied_refreshed_plan_is_resumed(applied: Engine) -> None:
    alter(applied, "db", size=9)
    alter(applied, "web", size=9)
    plan = refreshed(applied)
    applied.world.faults["update", "web"] = [PermanentFault("stuck")]
    assert not applied.apply(plan).succeeded
    assert applied.apply(plan).succeeded
    assert applied.world.named("update").count("db") == 1


def test_what_is_half_made_counts_as_not_read(engine: Engine) -> None:
    engine.world.late["create", "db"] = [
        PermanentFault("broke half-way", partial=Result({"id": "x", "size": 0}))
    ]
    engine.run({"db": {}, "cup": {}})
    (cup, db) = engine.look().values()
    assert (cup.finding, db.finding) == (Finding.SAME, Finding.UNREAD)
    assert db.said == ("its last operation did not come to its end; the next apply settles it",)


def test_long_values_are_told_from_where_they_differ() -> None:
    diff = PropertyDiff("note", "a" * 200 + "rye", "a" * 200 + "oat")
    assert reason(Live(Finding.CHANGED, (diff,))).text == (
        f'changed outside: note is …{"a" * 20}oat", recorded …{"a" * 20}rye"'
    )
    diff = PropertyDiff("note", "rye" + "a" * 200, "oat" + "a" * 200)
    assert reason(Live(Finding.CHANGED, (diff,))).text == (
        f'changed outside: note is "oat{"a" * 75}…, recorded "rye{"a" * 75}…'
    )
    diff = PropertyDiff("note", "a" * 70 + "rye", "a" * 70 + "oat")
    assert reason(Live(Finding.CHANGED, (diff,))).text == (
        f'changed outside: note is "{"a" * 70}oat", recorded "{"a" * 70}rye"'
    )
