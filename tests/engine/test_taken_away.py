"""A lease that is taken away from an apply, and a state that is restored to a moment in the middle of one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bakehouse.plans.operations.keeping import forget, left_alone, unlock
from bakehouse.plans.state.records import ResourceStatus
from bakehouse.plans.state.sql.store import open_store
from bakehouse.plans.state.store import LeaseLost
from fakes.engine import Engine, a, ends, out
from fakes.world import World


@contextmanager
def applying(engine: Engine, *names: str) -> Iterator[list[Any]]:
    """An apply of things by these names that stands still in the create of the first; at the end, what became of it."""
    gate, there = threading.Event(), threading.Event()
    engine.world.gates["create", names[0]] = gate
    engine.world.on_call = lambda operation, name: there.set() if name == names[0] else None
    plan = engine.plan(engine.graph({name: {} for name in names}))
    result: list[Any] = []

    def apply() -> None:
        try:
            result.append(engine.apply(plan))
        except LeaseLost as lost:
            result.append(lost)

    thread = threading.Thread(target=apply)
    thread.start()
    try:
        assert there.wait(30)
        yield result
    finally:
        gate.set()
        thread.join(30)


def test_an_unlocked_apply_writes_nothing_more_and_what_it_was_at_work_on_is_left_alone(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario 9: the former holder's object is found, not made a second time, once its call is surely over."""
    monkeypatch.setattr("bakehouse.plans.apply.steps._MARGIN", -290.0)
    other = Engine(tmp_path, World(engine.world.things))
    with applying(engine, "slow") as result:
        lease = engine.store.reader().lease(engine.environment.uid)
        assert lease is not None
        unlock(engine.bench(), engine.environment, lease)
        outcome = other.run({"slow": {}, "quick": {}})
        assert ends(outcome) == {"quick/create": "done", "slow/create": "pending"}
        assert other.world.named("create") == ["quick"]
    (lost,) = result
    assert isinstance(lost, LeaseLost) or not lost.succeeded
    assert engine.records()[a("slow")].status is ResourceStatus.PENDING

    monkeypatch.setattr("bakehouse.plans.operations.applying.is_gone", lambda holder: True)
    assert other.run({"slow": {}, "quick": {}}).succeeded
    assert other.world.named("create") == ["quick"]
    assert len(other.world.things) == 2


def test_a_copy_made_in_the_middle_of_an_apply_is_restored_and_nothing_is_doubled(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/state.md says it: the copy over the state, its log removed, and accepted once."""
    for where in ("operations.applying", "state.sql.lease"):  # the apply was of a process that ended
        monkeypatch.setattr(f"bakehouse.plans.{where}.is_gone", lambda holder: True)
    engine.run({"first": {}})
    with applying(engine, "second", "third", "first"):
        copy = Path(engine.store.backup())
    assert len(engine.world.things) == 3
    engine.store.close()
    for suffix in ("-wal", "-shm"):
        engine.store.path.with_name(engine.store.path.name + suffix).unlink(missing_ok=True)
    engine.store.path.write_bytes(copy.read_bytes())
    url, home = engine.store.url, tmp_path / "home"
    open_store(url, create=True, state_home=home, accept_new_state=True).close()

    restored = Engine(tmp_path, World(engine.world.things))
    assert restored.records()[a("second")].status is ResourceStatus.PENDING
    assert restored.run({"first": {}, "second": {}}).succeeded
    assert restored.world.named("create") == []
    assert restored.store.examine() == ()


def test_what_is_forgotten_stays_where_it_is_and_is_another_when_it_is_made_again(engine: Engine) -> None:
    engine.run({"web": {"note": out("db")}, "db": {}})
    former = engine.records()[a("db")]
    snapshot = engine.store.reader().snapshot(engine.environment.uid)
    (warning,) = left_alone(snapshot, [a("db")])
    assert warning.message == "thing#db is used by thing#web, which stay recorded"
    assert left_alone(snapshot, [a("db"), a("web")]) == []
    forget(engine.bench(), engine.environment, [a("db")])
    assert set(engine.records()) == {a("web")}
    assert [(d.code, d.next) for d in engine.store.examine()] == [
        ("edge-to-nothing", "bakehouse apply -e dev")
    ]
    assert engine.run({"web": {"note": out("db")}, "db": {}}).succeeded
    assert engine.records()[a("db")].uid != former.uid
    assert former.token in engine.world.things
