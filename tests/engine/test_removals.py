"""Removing: what is deleted, held or forgotten, and in which order."""

import pytest

from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.removal import Removals
from bakehouse.plans.state.records import ResourceStatus
from fakes.engine import Engine, a, actions, ends, out


@pytest.mark.scenario(16)
def test_what_is_dropped_is_deleted_after_its_users(engine: Engine) -> None:
    engine.run({"web": {"note": out("db")}, "db": {}})
    plan = engine.plan(engine.graph({}))
    assert actions(plan) == {"web": "delete", "db": "delete"}
    assert engine.apply(plan).succeeded
    assert engine.world.named("delete") == ["web", "db"]
    assert engine.world.things == {}
    assert not engine.records()


@pytest.mark.scenario(22)
def test_a_reference_is_dropped_before_what_it_referred_to_is_deleted(engine: Engine) -> None:
    engine.run({"web": {"note": out("db")}, "db": {}})
    plan = engine.plan(engine.graph({"web": {"note": "none"}}))
    assert actions(plan) == {"web": "update", "db": "delete"}
    engine.apply(plan)
    assert engine.world.calls[-2:] == [("update", "web"), ("delete", "db")]


@pytest.mark.scenario(17)
def test_a_delete_that_fails_mid_chain_is_resumed_in_the_same_order(engine: Engine) -> None:
    engine.run({"a1": {"note": out("b1")}, "b1": {"note": out("c1")}, "c1": {}})
    engine.world.faults["delete", "b1"] = [PermanentFault("stuck")]
    outcome = engine.apply(engine.plan(None))
    assert ends(outcome) == {"a1/delete": "done", "b1/delete": "failed", "c1/delete": "skipped"}
    assert engine.apply(engine.plan(None)).succeeded
    assert engine.world.named("delete") == ["a1", "b1", "b1", "c1"]


def test_protected_resources_are_held_with_what_they_need(engine: Engine) -> None:
    keep = {"definition": {"onRemove": "protect"}}
    engine.run({"db": {"note": out("server")}} | {"server": {}}, **keep)
    plan = engine.plan(engine.graph({}))
    assert actions(plan) == {"db": "hold", "server": "hold"}
    engine.apply(plan)
    assert {r.status for r in engine.records().values()} == {ResourceStatus.ORPHANED}
    again = engine.plan(engine.graph({}))
    assert actions(again) == {"db": "hold", "server": "hold"}
    assert again.is_empty


def test_retained_resources_are_forgotten_and_their_objects_stay(engine: Engine) -> None:
    engine.run({"db": {}}, definition={"onRemove": "retain"})
    plan = engine.plan(engine.graph({}))
    assert actions(plan) == {"db": "retain"}
    engine.apply(plan)
    assert len(engine.world.things) == 1
    assert not engine.records()


def test_what_is_retained_is_handed_over_before_it_is_forgotten(engine: Engine) -> None:
    engine.run({"db": {}, "web": {"note": "nothing"}}, definition={"onRemove": "retain"})
    outcome = engine.apply(engine.plan(engine.graph({})))
    assert sorted(engine.world.named("retain")) == ["db", "web"]
    told = {str(step.address): record.detail.get("message") for step, record in outcome.steps.items()}
    assert told == {"thing#db": "it is number 1", "thing#web": None}
    assert not engine.records()


def test_what_could_not_be_handed_over_stays_recorded_as_it_was_and_is_asked_again(engine: Engine) -> None:
    engine.run({"db": {}}, definition={"onRemove": "retain"})
    before = engine.records()
    engine.world.faults["retain", "db"] = [PermanentFault("the disk is full")]
    outcome = engine.apply(engine.plan(engine.graph({})))
    assert ends(outcome) == {"db/forget": "failed"}
    assert engine.records() == before
    assert engine.apply(engine.plan(engine.graph({}))).succeeded
    assert engine.world.named("retain") == ["db", "db"]
    assert len(engine.world.things) == 1
    assert not engine.records()


@pytest.mark.scenario(47)
def test_a_resource_born_again_where_one_was_retained_is_another_object(engine: Engine) -> None:
    engine.run({"db": {}}, definition={"onRemove": "retain"})
    first = engine.records()[a("db")].uid
    engine.apply(engine.plan(engine.graph({})))
    assert engine.run({"db": {}}).succeeded
    assert engine.records()[a("db")].uid != first
    assert len(engine.world.things) == 2


def test_what_is_held_is_deleted_once_that_is_allowed_with_what_it_needed(engine: Engine) -> None:
    engine.run({"db": {"note": out("server")}} | {"server": {}}, definition={"onRemove": "protect"})
    engine.apply(engine.plan(engine.graph({})))
    plan = engine.plan(engine.graph({}), rules=Removals(allowed=frozenset({"thing#db"})))
    assert actions(plan) == {"db": "delete", "server": "hold"}
    assert engine.apply(plan).succeeded
    assert set(engine.world.things) == {engine.records()[a("server")].token}


def test_what_is_held_and_asked_for_again_is_an_ordinary_resource_again(engine: Engine) -> None:
    keep = {"definition": {"onRemove": "protect"}}
    engine.run({"db": {}}, **keep)
    engine.apply(engine.plan(engine.graph({})))
    assert engine.run({"db": {}}, **keep).succeeded
    assert engine.records()[a("db")].status is ResourceStatus.READY
    assert engine.world.named("create") == ["db"]


def test_a_replacement_of_what_is_protected_refuses_the_whole_plan_unless_allowed(engine: Engine) -> None:
    keep = {"definition": {"onRemove": "protect"}}
    engine.run({"db": {}}, **keep)
    square = engine.graph({"db": {"shape": "square"}, "web": {}}, **keep)
    plan = engine.plan(square)
    with pytest.raises(InvalidInput, match="replacing it would destroy a protected object"):
        engine.apply(plan)
    assert engine.world.named("create") == ["db"]
    assert engine.apply(engine.plan(square, rules=Removals(allowed=frozenset({"thing#db"})))).succeeded
