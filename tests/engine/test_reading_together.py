"""A driver that reads all of its objects at once is asked once, and what is told of each is what it would be alone."""

import threading
from collections.abc import Sequence

import pytest

from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import Fault, PermanentFault, Recorded, Result
from bakehouse.plans.drift import Finding, Lives
from bakehouse.plans.live import Observer
from fakes.engine import Engine, Things, a, out
from fakes.world import ThingDriver

THINGS: Things = {"db": {"size": 2}, "web": {}, "log": {}, "odd": {}}


class Together(ThingDriver):
    """Reads all of its things at once, but for those that are called odd."""

    def read_together(self, asked: Sequence[Recorded]) -> Sequence[Result | Fault | None]:
        named = " ".join(recorded.context.address.partition("#")[2] for recorded in asked)
        self.world.call("read together", asked[0].context)
        self.world.calls.append(("together", named))
        return [self._read(recorded) for recorded in asked]

    def _read(self, recorded: Recorded) -> Result | Fault | None:
        assert recorded.context.prior is not None
        if recorded.context.address == "thing#odd":
            return None
        try:
            return self.read(recorded.context, None)
        except Fault as fault:
            return fault


@pytest.fixture
def applied(engine: Engine) -> Engine:
    """Four things, of which one is altered and one is lost."""
    engine.run(THINGS)
    engine.registry = Registry([], [Together(engine.world)])
    engine.world.things[engine.records()[a("db")].token].update(size=9)
    del engine.world.things[engine.records()[a("log")].token]
    engine.world.calls.clear()
    return engine


def alone(engine: Engine) -> Lives:
    engine.registry = Registry([], [ThingDriver(engine.world)])
    return engine.look()


def test_they_are_read_at_once_and_told_as_each_alone_would_be(applied: Engine) -> None:
    found = applied.look()
    assert applied.world.named("together") == ["db log odd web"]
    assert {at.id: live.finding.value for at, live in found.items()} == {
        "db": "changed", "log": "gone", "odd": "as-recorded", "web": "as-recorded",
    }  # fmt: skip
    assert found == alone(applied)


def test_one_that_is_better_read_by_itself_is(applied: Engine) -> None:
    applied.world.faults["read", "odd"] = [PermanentFault("no rights")]
    assert applied.look()[a("odd")].said == ("no rights",)
    assert applied.world.named("read").count("odd") == 1


@pytest.mark.parametrize("problem", [PermanentFault("none of them"), RuntimeError("odd")])
def test_where_none_can_be_read_that_way_each_is_read_by_itself(applied: Engine, problem: Exception) -> None:
    applied.world.faults["read together", "db"] = [problem]
    found = applied.look()
    assert applied.world.named("together") == []
    assert sorted(applied.world.named("read")) == ["db", "log", "odd", "web"]
    assert found == alone(applied)


def test_one_object_is_read_by_itself(engine: Engine) -> None:
    engine.run({"db": {}})
    engine.registry = Registry([], [Together(engine.world)])
    assert engine.look()[a("db")].finding is Finding.SAME
    assert engine.world.named("together") == []


def test_what_a_fault_tells_about_one_holds_no_secret_of_another(engine: Engine) -> None:
    engine.run({"db": {}, "log": {}, "web": {"note": out("db", "key")}})
    engine.registry = Registry([], [Together(engine.world)])
    clear = f"clear-{engine.records()[a('db')].uid}-key"
    engine.world.faults["read", "log"] = [PermanentFault(f"it is not {clear}")]
    assert engine.look()[a("log")].said == ("it is not ***",)


def test_a_driver_that_does_not_answer_holds_nobody_up(
    applied: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Observer, "seconds", lambda self, record: 0.05)
    monkeypatch.setattr("bakehouse.plans.live.GRACE", 0.1)
    gate = applied.world.gates["read together", "db"] = threading.Event()
    applied.world.deaf = True
    try:
        found = applied.look()
    finally:
        gate.set()
    assert {live.said for live in found.values()} == {("its driver did not answer in time",)}
