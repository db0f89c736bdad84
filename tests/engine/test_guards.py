"""What stops a plan, or an apply, before anything is lost."""

from pathlib import Path

import pytest

from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.operations.applying import refuse
from bakehouse.plans.removal import ALL, Removals, mass_delete
from bakehouse.plans.state.sql.database import Database
from fakes.engine import Engine, actions, ends, out


@pytest.mark.scenario(39)
@pytest.mark.parametrize(
    ("recorded", "kept", "limit", "stopped"),
    [(8, 0, None, True), (8, 2, None, True), (8, 3, None, False), (30, 23, None, False), (28, 22, None, False),
     (8, 0, 8, False), (8, 0, 7, True)],
)  # fmt: skip
def test_a_plan_that_deletes_much_is_refused_until_the_number_is_agreed_to(
    engine: Engine, recorded: int, kept: int, limit: int | None, stopped: bool
) -> None:
    engine.run({f"t{n}": {} for n in range(recorded)})
    plan = engine.plan(engine.graph({f"t{n}": {} for n in range(kept)}))
    found = mass_delete(plan.changes.values(), engine.records(), Removals(limit=limit))
    assert (found is not None) == stopped
    if found is not None:
        assert found.code == "mass-delete"
        assert found.hint == f"if that is meant, add --allow-mass-delete {recorded - kept}"
    assert mass_delete(plan.changes.values(), engine.records(), Removals(everything=True)) is None


@pytest.mark.scenario(43)
@pytest.mark.parametrize("replace", ["delete-first", "create-first"])
def test_a_protected_object_is_not_replaced_unless_that_was_allowed(engine: Engine, replace: str) -> None:
    keep = {"definition": {"onRemove": "protect", "replace": replace}, "data_bearing": True}
    engine.run({"db": {}, "web": {"note": out("db")}}, **keep)
    wanted = engine.graph({"db": {"shape": "square"}, "web": {"note": out("db")}, "new": {}}, **keep)
    with pytest.raises(InvalidInput, match="replacing it would destroy a protected object") as error:
        engine.apply(engine.plan(wanted))
    assert [d.code for d in error.value.diagnostics] == ["change-refused"]
    assert engine.world.named("create") == ["db", "web"], "nothing else of the plan was begun either"
    outcome = engine.apply(engine.plan(wanted, rules=Removals(allowed=frozenset({ALL}))))
    assert outcome.succeeded
    assert len(engine.world.things) == 3


@pytest.mark.scenario(37)
def test_an_empty_plan_is_no_deployment_and_leaves_the_state_as_it_was(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.run({"a": {}})
    before = Path(engine.store.path).read_bytes(), engine.store.reader().snapshot(engine.environment.uid)

    def written(*_: object) -> None:
        raise AssertionError("something was written")

    monkeypatch.setattr(Database, "writing", written)
    plan = engine.plan(engine.graph({"a": {}}))
    assert plan.is_empty
    refuse(engine.bench(), plan)
    assert (
        Path(engine.store.path).read_bytes(),
        engine.store.reader().snapshot(engine.environment.uid),
    ) == before
    assert engine.store.reader().lease(engine.environment.uid) is None


@pytest.mark.scenario(22, 18)
def test_a_replacement_below_a_dependant_is_an_update_there_and_comes_to_nothing_where_nothing_changed(
    engine: Engine,
) -> None:
    engine.run({"low": {}, "high": {"size": out("low", "size")}, "other": {"note": out("low")}})
    plan = engine.plan(
        engine.graph(
            {"low": {"shape": "square"}, "high": {"size": out("low", "size")}, "other": {"note": out("low")}}
        )
    )
    assert actions(plan) == {"low": "replace", "high": "update", "other": "update"}
    assert ends(engine.apply(plan)) == {
        "low/delete-old": "done", "low/create": "done", "high/update": "unchanged", "other/update": "done",
    }  # fmt: skip


@pytest.mark.scenario(47)
def test_what_is_born_again_while_the_old_object_is_still_there_is_another_one(engine: Engine) -> None:
    retain = {"definition": {"onRemove": "retain"}}
    engine.run({"a": {}}, **retain)
    engine.apply(engine.plan(None))
    engine.run({"a": {}}, **retain)
    assert len(engine.world.things) == 2
    assert engine.world.named("find") == [], "nothing is looked for, so nothing is adopted by accident"
    assert {r.birth for r in engine.records().values()} == {2}
