"""Moves carried out: one transaction before anything else, and nothing of the world is touched."""

import pytest

from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.values import Secret
from bakehouse.plans.action import Action
from bakehouse.plans.archive import dump, load
from bakehouse.plans.build import Asked
from bakehouse.plans.moves import Entry
from bakehouse.plans.staleness import StalePlan
from bakehouse.plans.state.records import ResourceStatus
from fakes.engine import Engine, Things, a, actions, ends, out

MOVED = (Entry("thing#db", "thing#store"),)


@pytest.mark.scenario(38)
def test_a_move_is_a_no_op_plan_that_keeps_everything(engine: Engine) -> None:
    engine.run({"db": {"size": 2}, "web": {"note": out("db")}})
    before = engine.records()[a("db")]
    calls = list(engine.world.calls)
    engine.entries = MOVED
    plan = engine.plan(engine.graph({"store": {"size": 2}, "web": {"note": out("store")}}))
    assert actions(plan) == {"store": "no-op"}
    assert not plan.has_changes
    assert not plan.is_empty
    assert plan.counts() == {"moved": 1}
    assert engine.apply(plan).succeeded
    assert engine.world.calls == calls
    after = engine.records()[a("store")]
    for kept in (
        "uid",
        "slug",
        "birth",
        "generation",
        "token",
        "outputs",
        "driver_outputs",
        "private",
        "inputs",
    ):
        assert getattr(after, kept) == getattr(before, kept)
    assert isinstance(after.outputs["key"], Secret)
    assert [e.target for e in engine.records()[a("web")].edges] == [a("store")]
    assert a("db") not in engine.records()
    assert engine.plan(engine.graph({"store": {"size": 2}, "web": {"note": out("store")}})).is_empty


def test_the_birth_count_stays_at_the_old_address(engine: Engine) -> None:
    engine.run({"db": {}})
    first = engine.records()[a("db")]
    engine.entries = MOVED
    engine.run({"store": {}, "db": {}})
    records = engine.records()
    assert records[a("store")].uid == first.uid
    assert (records[a("db")].birth, len(engine.world.things)) == (2, 2)
    assert records[a("db")].uid != first.uid
    engine.entries = ()
    engine.run({"db": {}})
    engine.run({"store": {}, "db": {}})
    assert engine.records()[a("store")].uid not in (first.uid, records[a("db")].uid)


def test_a_move_together_with_a_change_is_one_update_that_says_both(engine: Engine) -> None:
    engine.run({"db": {"size": 1}})
    engine.entries = MOVED
    plan = engine.plan(engine.graph({"store": {"size": 5}}))
    assert actions(plan) == {"store": "update"}
    assert [r.text for r in plan.changes[a("store")].reasons] == ["moved from thing#db", "input size changed"]
    assert ends(engine.apply(plan)) == {"store/move": "done", "store/update": "done"}
    assert [t["size"] for t in engine.world.things.values()] == [5]


def test_a_saved_plan_with_a_move_is_applied_as_it_is_and_only_once(engine: Engine) -> None:
    engine.run({"db": {}})
    engine.entries = MOVED
    plan = load(dump(engine.plan(engine.graph({"store": {}}))), "p")
    assert engine.apply(plan).succeeded
    with pytest.raises(StalePlan):
        engine.apply(plan)


def test_a_move_whose_target_was_created_meanwhile_is_stale_and_moves_nothing(engine: Engine) -> None:
    engine.run({"db": {}})
    engine.entries = MOVED
    plan = engine.plan(engine.graph({"store": {}}))
    engine.entries = ()
    engine.run({"db": {}, "store": {}})
    before = engine.records()
    with pytest.raises(StalePlan) as caught:
        engine.apply(plan)
    assert "thing#store was created since" in caught.value.diagnostics[0].message
    assert engine.records() == before


def test_a_failed_apply_has_moved_and_the_same_plan_resumes(engine: Engine) -> None:
    engine.run({"db": {"size": 1}, "web": {"note": out("db")}, "side": {"note": out("db")}})
    engine.entries = MOVED
    things: Things = {"store": {"size": 2}, "web": {"note": out("store")}, "side": {"note": out("store")}}
    plan = engine.plan(engine.graph(things))
    engine.world.faults["update", "store"] = [PermanentFault("not now")]
    assert ends(engine.apply(plan))["store/update"] == "failed"
    assert set(engine.records()) == {a("store"), a("web"), a("side")}
    assert engine.apply(plan).succeeded
    assert engine.plan(engine.graph(things)).is_empty


def test_an_unfinished_create_is_moved_and_then_settled_with_one_object(engine: Engine) -> None:
    engine.world.late["create", "db"] = [PermanentFault("the answer was lost")]
    assert not engine.run({"db": {}}).succeeded
    assert engine.records()[a("db")].status is ResourceStatus.TAINTED
    engine.entries = MOVED
    assert engine.run({"store": {}}).succeeded
    assert len(engine.world.things) == 1


def test_what_a_selection_leaves_out_is_moved_all_the_same(engine: Engine) -> None:
    engine.run({"db": {}, "web": {"note": out("db")}, "other": {}})
    engine.entries = (*MOVED, Entry("thing#other", "thing#else"))
    graph = engine.graph({"store": {}, "web": {"note": out("store")}, "else": {"size": 9}})
    plan = engine.plan(graph, asked=Asked(selected={a("store"), a("web")}))
    assert actions(plan) == {"store": "no-op", "else": "no-op"}
    assert engine.apply(plan).succeeded
    assert set(engine.records()) == {a("store"), a("web"), a("else")}


def test_held_records_that_name_a_moved_one_follow_it(engine: Engine) -> None:
    keep = {"definition": {"onRemove": "protect"}}
    engine.run({"db": {}, "web": {"note": out("db")}}, **keep)
    engine.run({"db": {}}, **keep)
    assert engine.records()[a("web")].status is ResourceStatus.ORPHANED
    engine.entries = MOVED
    assert engine.run({"store": {}}, **keep).succeeded
    assert [e.target for e in engine.records()[a("web")].edges] == [a("store")]


def test_what_is_renamed_and_then_asked_for_no_more_is_deleted_under_its_new_name(engine: Engine) -> None:
    engine.run({"db": {}})
    engine.entries = (Entry("thing#db", "thing#orders"),)
    plan = engine.plan(engine.graph({}))
    (change,) = plan.changes.values()
    assert (change.address, change.moved_from, change.action) == (a("orders"), a("db"), Action.DELETE)
    assert engine.apply(plan).succeeded
    assert engine.records() == {}
    assert not engine.world.things
