"""A plan that is not refreshed looks only at what it would change, and overwrites nothing that nobody has seen."""

from typing import Any

import pytest

from bakehouse.drivers.sdk import PermanentFault
from bakehouse.plans.plan import Plan
from bakehouse.plans.staleness import StalePlan
from fakes.engine import Engine, Things, a, actions, out

THINGS: Things = {"db": {"size": 2}, "web": {"note": out("db")}, "other": {}}
WIDER: Things = {**THINGS, "db": {"size": 3}}


@pytest.fixture
def applied(engine: Engine) -> Engine:
    engine.run(THINGS)
    return engine


def glancing(engine: Engine, things: Things = WIDER) -> Plan:
    return engine.plan(engine.graph(things), glance=True)


def alter(engine: Engine, name: str, **inputs: Any) -> None:
    engine.world.things[engine.records()[a(name)].token].update(inputs)


def lose(engine: Engine, name: str) -> None:
    del engine.world.things[engine.records()[a(name)].token]


def reasons(plan: Plan, name: str) -> list[str]:
    return [r.text for r in plan.changes[a(name)].reasons]


def test_only_what_would_be_changed_is_looked_at(applied: Engine) -> None:
    plan = glancing(applied)
    assert actions(plan) == {"db": "update"}
    assert applied.world.named("read") == ["db"]
    assert reasons(plan, "db") == ["input size changed"]


def test_a_plan_that_would_change_nothing_looks_at_nothing(applied: Engine) -> None:
    lose(applied, "other")
    assert glancing(applied, THINGS).is_empty
    assert applied.world.named("read") == []


def test_what_somebody_changed_is_told_beside_what_is_asked_for(applied: Engine) -> None:
    alter(applied, "db", size=9)
    assert reasons(glancing(applied), "db") == [
        "changed outside: size is 9, recorded 2",
        "input size changed",
    ]


def test_what_is_gone_is_made_again_and_what_hangs_on_it_is_looked_at_too(applied: Engine) -> None:
    lose(applied, "db")
    alter(applied, "web", size=5)
    plan = glancing(applied)
    assert actions(plan) == {"db": "create", "web": "update"}
    assert applied.world.named("read") == ["db", "web"]
    assert reasons(plan, "web")[0] == "changed outside: size is 5, recorded 1"
    assert applied.apply(plan).succeeded
    assert glancing(applied).is_empty


@pytest.mark.scenario(14)
def test_a_plan_is_refused_once_what_it_would_change_is_not_as_it_was(applied: Engine) -> None:
    plan = glancing(applied)
    alter(applied, "db", size=12)
    with pytest.raises(StalePlan, match="thing#db was changed outside since the plan was made"):
        applied.apply(plan)
    assert applied.world.named("update") == []
    alter(applied, "db", size=2)
    alter(applied, "other", size=7)
    assert applied.apply(plan).succeeded


def test_what_cannot_be_read_is_planned_as_it_is_recorded(applied: Engine) -> None:
    applied.world.faults["read", "db"] = [PermanentFault("no rights")]
    plan = glancing(applied)
    assert reasons(plan, "db") == ["input size changed"]
    assert plan.basis[a("db")].live is None
    assert applied.apply(plan).succeeded
