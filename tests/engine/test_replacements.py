"""Replacing: in which order the old object goes and the new one comes, and what is left where that fails."""

import io

import pytest
from msgspec.structs import replace

from bakehouse.cli.views.plan import PlanText
from bakehouse.cli.views.screen import Screen
from bakehouse.drivers.sdk import PermanentFault, Result
from bakehouse.plans.state.records import ResourceStatus
from fakes.engine import Engine, a, actions, ends, out


def test_an_immutable_input_replaces_the_object_delete_first(engine: Engine) -> None:
    engine.run({"db": {"shape": "round"}, "web": {"note": out("db")}})
    old = engine.records()[a("db")].token
    plan = engine.plan(engine.graph({"db": {"shape": "square"}, "web": {"note": out("db")}}))
    assert actions(plan) == {"db": "replace", "web": "update"}
    assert [d.path for d in plan.changes[a("db")].diffs if d.forces_replacement] == ["shape"]
    assert engine.apply(plan).succeeded
    assert engine.world.calls[-3:] == [("delete", "db"), ("create", "db"), ("update", "web")]
    assert old not in engine.world.things
    assert engine.records()[a("db")].generation == 2


@pytest.mark.scenario(19)
def test_create_first_makes_the_new_object_moves_its_users_and_then_deletes_the_old(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    engine.run({"db": {"shape": "round"}, "web": {"note": out("db")}}, **first)
    engine.run({"db": {"shape": "square"}, "web": {"note": out("db")}}, **first)
    assert engine.world.calls[-3:] == [("create", "db"), ("update", "web"), ("delete", "db")]
    assert len(engine.world.things) == 2
    assert engine.plan(
        engine.graph({"db": {"shape": "square"}, "web": {"note": out("db")}}, **first)
    ).is_empty


@pytest.mark.scenario(19)
def test_what_a_create_first_replacement_needs_is_replaced_that_way_too_and_says_so(engine: Engine) -> None:
    engine.run({"db": {"shape": "round"}, "web": {"shape": "round", "note": out("db")}})
    graph = engine.graph({"db": {"shape": "square"}, "web": {"shape": "square", "note": out("db")}})
    web = graph.nodes[a("web")]
    first = replace(web, definition=replace(web.definition, create_first=True))
    plan = engine.plan(replace(graph, nodes={**graph.nodes, a("web"): first}))
    assert plan.changes[a("db")].notes == ("created before the old one is destroyed, because thing#web is",)
    assert engine.apply(plan).succeeded
    assert engine.world.calls[-4:] == [
        ("create", "db"), ("create", "web"), ("delete", "web"), ("delete", "db"),
    ]  # fmt: skip


@pytest.mark.scenario(20)
def test_a_failed_create_first_replacement_leaves_the_old_object_current(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    engine.run({"db": {"shape": "round"}}, **first)
    old = engine.records()[a("db")].token
    engine.world.faults["create", "db"] = [PermanentFault("no")]
    outcome = engine.run({"db": {"shape": "square"}}, **first)
    assert ends(outcome) == {"db/create": "failed", "db/delete-old": "skipped"}
    record = engine.records()[a("db")]
    assert (record.status, record.token, record.inputs["shape"]) == (ResourceStatus.READY, old, "round")
    assert engine.run({"db": {"shape": "square"}}, **first).succeeded
    assert list(engine.world.things) == [engine.records()[a("db")].token]


@pytest.mark.scenario(19)
def test_a_deposed_object_that_could_not_be_deleted_is_deleted_by_the_next_apply(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    engine.run({"db": {"shape": "round"}}, **first)
    engine.world.faults["delete", "db"] = [PermanentFault("in use")]
    assert not engine.run({"db": {"shape": "square"}}, **first).succeeded
    assert len(engine.world.things) == 2
    assert engine.run({"db": {"shape": "square"}}, **first).succeeded
    assert len(engine.world.things) == 1


def test_a_deposed_object_is_deleted_after_the_next_change_of_its_resource(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    engine.run({"db": {"shape": "round"}}, **first)
    engine.world.faults["delete", "db"] = [PermanentFault("in use")]
    engine.run({"db": {"shape": "square"}}, **first)
    outcome = engine.run({"db": {"shape": "square", "size": 2}}, **first)
    assert ends(outcome) == {"db/update": "done", "db/delete-old": "done"}
    assert list(engine.world.things) == [engine.records()[a("db")].token]
    assert engine.plan(engine.graph({"db": {"shape": "square", "size": 2}}, **first)).is_empty


def test_a_half_made_object_is_still_half_made_after_its_replacement_failed(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    half = Result({"id": "half", "size": 0, "key": "half-a-key"})
    engine.world.faults["create", "db"] = [PermanentFault("no", partial=half)]
    engine.run({"db": {"shape": "round"}}, **first)
    engine.world.faults["create", "db"] = [PermanentFault("no")]
    engine.run({"db": {"shape": "square"}}, **first)
    assert engine.records()[a("db")].status is ResourceStatus.TAINTED
    assert engine.run({"db": {"shape": "round"}}, **first).succeeded
    assert engine.plan(engine.graph({"db": {"shape": "round"}}, **first)).is_empty


@pytest.mark.scenario(19)
def test_what_was_replaced_before_is_deleted_before_its_record_is_forgotten(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first", "onRemove": "retain"}}
    engine.run({"db": {"shape": "round"}}, **first)
    engine.world.faults["delete", "db"] = [PermanentFault("in use"), PermanentFault("still in use")]
    engine.run({"db": {"shape": "square"}}, **first)
    current = engine.records()[a("db")].token
    plan = engine.plan(engine.graph({}))
    assert actions(plan) == {"db": "retain"}
    outcome = engine.apply(plan)
    assert ends(outcome) == {"db/delete-old": "failed", "db/forget": "skipped"}
    assert a("db") in engine.records(), "what else would know of the old object"
    assert ends(engine.run({})) == {"db/delete-old": "done", "db/forget": "done"}
    assert list(engine.world.things) == [current]
    assert engine.records() == {}


def test_a_plan_says_that_it_deletes_what_was_replaced_before(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    engine.run({"db": {"shape": "round"}}, **first)
    engine.world.faults["delete", "db"] = [PermanentFault("in use")]
    engine.run({"db": {"shape": "square"}}, **first)
    plan = engine.plan(engine.graph({"db": {"shape": "square"}}, **first))
    assert plan.has_changes
    out = io.StringIO()
    PlanText(Screen(out, io.StringIO(), "never")).show(plan)
    assert out.getvalue() == (
        "app in dev: 1 to clean up.\n"
        "\n"
        "Changes\n"
        "  - thing#db  clean up\n"
        "      note: deletes an object that it replaced before and that could not be deleted then\n"
    )
