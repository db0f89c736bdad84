"""Drivers that ask the real system while planning are given what they need; what they say is scrubbed, and shown again."""

import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace
from pydantic import BaseModel, SecretStr

from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import Context, Fault, PermanentFault, Planned, Proposal, Result
from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.resources import Connection
from bakehouse.graph.values import Secret, Unknown
from bakehouse.plans.archive import dump, load
from bakehouse.plans.plan import Plan
from fakes.engine import Engine, Things, a, ends, out
from fakes.world import ThingDriver, ThingInputs

CLEAR = "correct-horse-battery"


class Server(BaseModel):
    """What the driver connects to."""

    password: SecretStr


class Looking(ThingDriver):
    """Its plan looks at the real system, and says more than it should."""

    plans_live: ClassVar[bool] = True
    connection_kind: ClassVar[str | None] = "server"
    connection: ClassVar[type[BaseModel] | None] = Server

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        assert stat.S_IMODE(context.run_dir.stat().st_mode) == 0o700
        assert 0 < context.deadline - time.monotonic() <= self.timeout
        assert isinstance(context.connection, Server)
        password = context.connection.password.get_secret_value()
        if planned.get("shape") == "bad":
            raise PermanentFault(f"refused by {password}", hint=f"not {password}")
        nested = (
            {"object": "row", "action": "create", "changes": [{"path": password, "after": [password]}]},
        )
        self.world.calls.append(("plan", str(context.run_dir)))
        return Proposal("update", {"id": password, "size": 7}, nested=nested, notes=(f"it is {password}",))

    def create(self, context: Context, inputs: ThingInputs) -> Result:
        self.world.results["reviewed"] = Result({"seen": context.reviewed})
        return super().create(context, inputs)


class Blind(ThingDriver):
    """Its plan needs nothing but what it is given."""

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        assert context.connection is None
        return Proposal("update", notes=(context.reveal(Secret("env", "X")),))


class Broken(Looking):
    """Fails over what it has opened."""

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        raise ValueError(f"cannot read {context.reveal(planned['note'])}")


class Together(Blind):
    """Plans all of its things at once, unless one of them is called bad."""

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        self.world.calls.append(("plan", context.address))
        return Proposal("update", notes=("alone",))

    def plan_together(self, asked: Sequence[Planned]) -> Sequence[Proposal | Fault | None]:
        assert all(stat.S_IMODE(p.context.run_dir.stat().st_mode) == 0o700 for p in asked)
        self.world.calls.append(("together", " ".join(p.context.address for p in asked)))
        if any(p.inputs.get("note") == "none" for p in asked):
            raise PermanentFault("none of them")
        return [_of(p) for p in asked]


def _of(planned: Planned) -> Proposal | Fault:
    if planned.inputs.get("note") == "bad":
        return PermanentFault("this one", hint="another")
    return Proposal("update", {"size": 7}, notes=("together",))


def clear(secret: Secret) -> str:
    return CLEAR


def plan(
    engine: Engine, driver: type[ThingDriver], *, reveal: Callable[[Secret], str] = clear, **inputs: Any
) -> Plan:
    engine.registry = Registry([], [driver(engine.world)])
    connection = Connection("main", "server", {"password": Secret("env", "PASSWORD")})
    engine.secrets.reveal = reveal  # type: ignore[method-assign, assignment]
    return engine.plan(engine.graph({"one": inputs}, connection=connection))


def test_it_has_a_connection_a_folder_and_a_deadline_and_no_secret_stays(engine: Engine) -> None:
    made = plan(engine, Looking, note="x")
    change = made.changes[a("one")]
    hidden = {"object": "row", "action": "create", "changes": [{"path": "***", "after": ["***"]}]}
    assert (change.nested, change.notes) == ((hidden,), ("it is ***",))
    assert change.outputs["size"] == 7
    assert isinstance(change.outputs["id"], Unknown)
    ((_, folder),) = engine.world.calls
    assert not engine.workspace.home.joinpath(folder).exists()
    assert CLEAR.encode() not in dump(made)


def test_what_it_refuses_is_scrubbed_too(engine: Engine) -> None:
    change = plan(engine, Looking, shape="bad").changes[a("one")]
    assert change.refused == "refused by ***; not ***"


def test_a_secret_that_cannot_be_opened_refuses_the_change(engine: Engine) -> None:
    def gone(secret: Secret) -> str:
        raise InvalidInput(Diagnostic("secret-missing", f"there is no secret {secret.ref}"))

    change = plan(engine, Looking, reveal=gone).changes[a("one")]
    assert change.refused == "there is no secret PASSWORD"


def test_an_unexpected_error_refuses_the_change_and_tells_no_secret(engine: Engine) -> None:
    change = plan(engine, Broken, note=Secret("env", "X")).changes[a("one")]
    assert change.refused == "driver thing failed unexpectedly: ValueError: cannot read ***"


def test_a_status_that_fails_unexpectedly_does_not_end_the_plan(engine: Engine) -> None:
    def odd(token: str) -> bool:
        raise ValueError("odd")

    engine.run({"one": {"note": "runs"}})
    engine.world.running = odd
    (change,) = engine.plan(engine.graph({"one": {"note": "runs"}})).changes.values()
    assert "driver thing failed unexpectedly: ValueError: odd" in change.reasons[0].text


def test_other_drivers_plan_without_secrets(engine: Engine) -> None:
    change = plan(engine, Blind).changes[a("one")]
    assert change.refused == "planning does not open secrets (env:X)"


def test_what_was_reviewed_is_there_when_it_is_applied(engine: Engine) -> None:
    made = plan(engine, Looking, note="x")
    engine.world.results.clear()
    saved = load(dump(made), "plan.zip")
    outcome = engine.apply(saved)
    assert ends(outcome)
    seen = engine.world.results["reviewed"].outputs
    assert seen == {"seen": made.changes[a("one")].nested}


def together(engine: Engine, **notes: str) -> dict[str, tuple[str, ...] | str]:
    engine.registry = Registry([], [Together(engine.world)])
    things: dict[str, dict[str, Any]] = {name: {"note": note} for name, note in notes.items()}
    things["last"] = {"size": out("one", "size")}
    changes = engine.plan(engine.graph(things)).changes
    return {c.address.id: c.refused or c.notes for c in changes.values()}


def test_a_driver_is_asked_once_about_all_of_its_resources(engine: Engine) -> None:
    found = together(engine, one="", two="bad")
    assert found == {"one": ("together",), "two": "this one; another", "last": ("together",)}
    assert engine.world.calls == [("together", "thing#one thing#two thing#last")]


def test_what_it_knows_of_outputs_reaches_those_that_depend_on_them(engine: Engine) -> None:
    engine.registry = Registry([], [Together(engine.world)])
    plan = engine.plan(engine.graph({"one": {}, "last": {"size": out("one", "size")}}))
    target = plan.changes[a("last")].target
    assert target is not None
    assert target.inputs["size"] == 7


class Sized(Together):
    """Says of each thing what size it was told, once for all of them."""

    def plan_together(self, asked: Sequence[Planned]) -> Sequence[Proposal | Fault | None]:
        sizes = [p.inputs.get("size") for p in asked]
        return [Proposal("update", notes=("later" if isinstance(s, Unknown) else str(s),)) for s in sizes]


class Computing(ThingDriver):
    """Needs no real system to know what comes of it."""

    name: ClassVar[str] = "computing"

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        return Proposal("update", {"size": 7})


class Asking(Looking):
    """Asks a real system before it knows that."""

    name: ClassVar[str] = "computing"
    connection_kind: ClassVar[str | None] = None
    connection: ClassVar[type[BaseModel] | None] = None

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        self.world.calls.append(("plan", context.address))
        return Proposal("update", {"size": 7})


@pytest.mark.parametrize(("driver", "told"), [(Computing, "7"), (Asking, "later")])
def test_what_is_only_computed_is_known_to_those_that_are_asked_about_together(
    engine: Engine, driver: type[ThingDriver], told: str
) -> None:
    engine.registry = Registry([], [Sized(engine.world), driver(engine.world)])
    graph = engine.graph({"given": {}, "one": {"size": out("given", "size")}, "two": {"size": 3}})
    given = replace(graph.nodes[a("given")], driver="computing")
    changes = engine.plan(replace(graph, nodes={**graph.nodes, given.address: given})).changes
    assert [changes[a(name)].notes for name in ("one", "two")] == [(told,), ("3",)]
    assert engine.world.calls == [("plan", "thing#given")] * (driver is Asking)


def test_where_that_comes_to_nothing_each_is_asked_about_alone(engine: Engine) -> None:
    assert set(together(engine, one="none").values()) == {("alone",)}
    assert [what for what, _ in engine.world.calls] == ["together", "plan", "plan"]


class Deaf(Together):
    """Never answers while its gate is shut, and heeds nothing."""

    plans_live: ClassVar[bool] = True
    timeout: ClassVar[float] = 0.05

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal:
        self.world.call("plan", context)
        return Proposal("update")

    def plan_together(self, asked: Sequence[Planned]) -> Sequence[Proposal | Fault | None]:
        self.world.call("together", asked[0].context)
        return []


@pytest.fixture
def deaf(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """One whose driver answers to nothing that is asked while planning, and is not waited for long."""
    monkeypatch.setattr("bakehouse.plans.bounded.GRACE", 0.1)
    monkeypatch.setattr("bakehouse.plans.probe._STATUS", 0.05)
    engine.registry = Registry([], [Deaf(engine.world)])
    engine.world.deaf = True
    gate = threading.Event()
    engine.world.gates.update({(name, "one"): gate for name in ("plan", "together")})
    yield engine
    gate.set()


@pytest.mark.parametrize("things", [{"one": {}}, {"one": {}, "two": {}}], ids=["alone", "together"])
def test_a_driver_that_does_not_answer_refuses_its_changes(deaf: Engine, things: Things) -> None:
    changes = deaf.plan(deaf.graph(things)).changes
    assert {c.refused for c in changes.values()} == {"driver thing did not answer within 0 s"}
    assert len(deaf.world.calls) == 1


def test_a_status_that_does_not_come_does_not_hold_the_plan_up(deaf: Engine) -> None:
    deaf.world.gates.clear()
    deaf.run({"one": {"note": "runs"}})
    shut = threading.Event()
    deaf.world.running = lambda token: shut.wait(60)
    (change,) = deaf.plan(deaf.graph({"one": {"note": "runs"}})).changes.values()
    shut.set()
    assert change.reasons[0].text == "driver thing did not answer within 0 s"


@pytest.mark.parametrize(
    ("message", "code"), [("plan-moved: it is other", "plan-moved"), ("plan: it is", None), ("no", None)]
)
def test_a_fault_has_the_code_that_its_message_begins_with(message: str, code: str | None) -> None:
    assert PermanentFault(message).code == code
