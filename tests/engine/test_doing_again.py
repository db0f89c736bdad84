"""What an earlier deployment of the same plan did counts as done only where it is there still and the plan is older."""

import pytest

from bakehouse.drivers.sdk import PermanentFault
from bakehouse.plans.build import Asked
from bakehouse.plans.operations.keeping import forget
from bakehouse.plans.operations.renaming import move_resource
from bakehouse.plans.plan import Plan
from bakehouse.plans.staleness import StalePlan
from fakes.engine import Engine, Things, a, out

WANTED: Things = {"db": {}, "web": {"size": 5}}
NEW: Things = {"db": {}, "web": {"note": out("db")}}


def failing(engine: Engine, operation: str, times: int) -> None:
    engine.world.faults[operation, "web"] = [PermanentFault("no")] * times


@pytest.fixture
def half(engine: Engine) -> Plan:
    """A plan of which db was made and web was not."""
    plan = engine.plan(engine.graph(NEW))
    failing(engine, "create", 1)
    assert not engine.apply(plan).succeeded
    return plan


def test_what_drifted_once_more_is_brought_back_once_more(engine: Engine) -> None:
    engine.run({"db": {}, "web": {}})
    failing(engine, "update", 2)
    for _ in range(3):
        token = engine.records()[a("db")].token
        engine.world.things[token] = {**engine.world.things[token], "size": 99}
        outcome = engine.apply(engine.plan(engine.graph(WANTED), asked=Asked(live=engine.look())))
        assert engine.world.things[token]["size"] != 99
        assert outcome.deployment.reason is None, "it goes on from nothing"


def test_what_was_lost_once_more_is_made_once_more(engine: Engine) -> None:
    engine.run({"db": {}, "web": {}})
    failing(engine, "update", 2)
    for _ in range(3):
        engine.world.things.pop(engine.records()[a("db")].token)
        engine.apply(engine.plan(engine.graph(WANTED), asked=Asked(live=engine.look())))
        assert engine.records()[a("db")].token in engine.world.things


def test_what_stopped_once_more_is_started_once_more(engine: Engine) -> None:
    engine.run({"db": {"note": "runs"}, "web": {}})
    running = {"db": True}
    engine.world.running = lambda token: running["db"]
    failing(engine, "update", 2)
    for number in range(3):
        running["db"] = False
        engine.apply(engine.plan(engine.graph({"db": {"note": "runs"}, "web": {"size": 5}})))
        assert engine.world.named("update").count("db") == number + 1


@pytest.mark.parametrize("verb", ["rotate", "update"])
def test_what_is_asked_for_once_more_is_done_once_more(engine: Engine, verb: str) -> None:
    things: Things = {"db": {}, "web": {"note": out("db", "key")}}
    engine.run(things)
    failing(engine, "update", 2)
    for _ in range(3):
        asked = Asked(rotate={a("db"): "*"}) if verb == "rotate" else Asked(restart=(a("db"), a("web")))
        engine.apply(engine.plan(engine.graph(things), asked=asked))
    assert engine.world.named(verb).count("db") == 3


@pytest.mark.scenario(45)
def test_a_half_failed_plan_is_refused_after_somebody_else_moved_what_it_had_done(
    engine: Engine, half: Plan
) -> None:
    engine.run({"db": {"size": 9}, "web": {"note": out("db")}})
    with pytest.raises(StalePlan) as stale:
        engine.apply(half)
    assert [d.address for d in stale.value.diagnostics] == ["thing#db", "thing#web"]


def test_it_goes_on_after_something_else_was_deployed(engine: Engine) -> None:
    engine.run({"other": {}})
    things: Things = {"other": {}, **NEW}
    plan = engine.plan(engine.graph(things))
    failing(engine, "create", 1)
    first = engine.apply(plan)
    assert not first.succeeded
    only = Asked(selected={a("other")})
    assert engine.apply(engine.plan(engine.graph({**things, "other": {"size": 7}}), asked=only)).succeeded
    again = engine.apply(plan)
    assert again.succeeded
    assert again.deployment.reason == f"resumes deployment {first.deployment.number}"
    assert engine.world.named("create").count("db") == 1


def test_a_plan_is_refused_when_what_it_had_made_was_taken_out_of_the_state(
    engine: Engine, half: Plan
) -> None:
    environment = engine.store.reader().snapshot(engine.environment.uid).environment
    forget(engine.bench(), environment, [a("db")])
    with pytest.raises(StalePlan, match="thing#db was removed"):
        engine.apply(half)


def test_another_resource_in_the_place_of_what_it_had_done_is_not_taken_for_it(engine: Engine) -> None:
    engine.run({"old": {"size": 5}})
    plan = engine.plan(engine.graph({"old": {"size": 5}, **NEW}))
    failing(engine, "create", 1)
    assert not engine.apply(plan).succeeded
    environment = engine.store.reader().snapshot(engine.environment.uid).environment
    forget(engine.bench(), environment, [a("db")])
    move_resource(engine.bench(), environment, a("old"), a("db"))
    with pytest.raises(StalePlan):
        engine.apply(plan)
