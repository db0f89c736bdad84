"""Under any interleaving of holders, clocks and forced unlocks no update is lost and no stale holder writes."""

import itertools
import shutil
import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from msgspec.structs import replace
from sqlalchemy import Connection

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.conformance.leases import departed
from bakehouse.plans.state.records import ResourceRecord
from bakehouse.plans.state.registry import StoreRegistry
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.sql.database import Database
from bakehouse.plans.state.sql.writer import SqlWriter
from bakehouse.plans.state.store import LeaseHeld, LeaseLost

TERM = 30_000
DEAD = departed()


class Clock(Database):
    """A database whose clock the test sets."""

    now = 1_000_000_000_000

    def now_ms(self, connection: Connection) -> int:
        return Clock.now


@dataclass
class Session:
    """One process that holds, or once held, the environment."""

    context: AbstractContextManager[SqlWriter]
    writer: SqlWriter
    fence: int


class Leases(RuleBasedStateMachine):
    """The model: the fence that is valid, when it ends, whether its holder lives, and the rows committed so far."""

    sessions = Bundle("sessions")

    @initialize()
    def make(self) -> None:
        Clock.now = 1_000_000_000_000
        self.folder = Path(tempfile.mkdtemp())
        registry = StoreRegistry(self.folder / "state")
        self.store = SqlStore("", Clock(self.folder / "state.db"), registry, TERM / 1000)
        self.home = self.store.register(samples.environment())
        self.fence: int | None = None
        self.left: int | None = None
        self.ends = 0
        self.alive = True
        self.highest = 0
        self.numbers = itertools.count()
        self.rows: dict[int, ResourceRecord] = {}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @property
    def free(self) -> bool:
        return self.fence is None or self.ends <= Clock.now or not self.alive

    @rule(target=sessions, alive=st.booleans())
    def take(self, alive: bool) -> object:
        context = self.store.hold(self.home.uid, me() if alive else DEAD)
        if not self.free:
            with pytest.raises(LeaseHeld) as error:
                context.__enter__()
            assert error.value.lease.fence == self.fence
            return multiple()
        writer = context.__enter__()
        assert writer.lease.fence > self.highest, "fences only rise"
        former = writer.took_over_from
        assert (former.fence if former else None) == (self.fence or self.left)
        self.left = None
        self.highest = self.fence = writer.lease.fence
        self.ends, self.alive = Clock.now + TERM, alive
        return Session(context, writer, self.fence)

    @rule(session=sessions, batch=st.integers(1, 3))
    def commit(self, session: Session, batch: int) -> None:
        new = [samples.resource(self.home.uid, next(self.numbers)) for _ in range(batch)]
        if session.fence != self.fence:
            with pytest.raises(LeaseLost):
                session.writer.commit([samples.written(r, step=None) for r in new])
            return
        old = [samples.again(r) for r in list(self.rows.values())[:batch]]
        session.writer.commit(
            [samples.written(r, step=None) for r in (*new, *old)], [{"fence": session.fence}]
        )
        for record in (*new, *old):
            self.rows[int(record.address.id.removeprefix("web.db"))] = record

    @rule(session=sessions)
    def beat(self, session: Session) -> None:
        if session.fence != self.fence:
            with pytest.raises(LeaseLost):
                session.writer.heartbeat()
            return
        session.writer.heartbeat()
        self.ends = Clock.now + TERM

    @rule(session=consumes(sessions))
    def leave(self, session: Session) -> None:
        session.context.__exit__(None, None, None)
        if session.fence == self.fence:
            self.fence = None

    @rule()
    def unlock(self) -> None:
        ended = self.store.unlock(self.home.uid, self.fence or 0)
        assert (ended.fence if ended else None) == self.fence
        if self.fence is not None:
            self.left = self.fence + 1
        self.fence = None

    @rule(seconds=st.sampled_from([-3600, -1, 1, 29, 30, 31, 3600]))
    def clock_jumps(self, seconds: int) -> None:
        Clock.now += seconds * 1000

    @invariant()
    def what_was_acknowledged_is_recorded(self) -> None:
        if not hasattr(self, "store"):
            return
        found = self.store.reader().snapshot(self.home.uid)
        assert found.resources == {r.address: r for r in self.rows.values()}
        lease = self.store.reader().lease(self.home.uid)
        assert (lease.fence if lease else None) == (self.fence if self.ends > Clock.now else None)


TestLeases = pytest.mark.scenario(9, 41)(pytest.mark.slow(Leases.TestCase))
TestLeases.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@pytest.mark.scenario(41)
def test_a_clock_that_was_set_back_does_not_lock_an_environment_for_ever(tmp_path: Path) -> None:
    """Somebody who waits notices by his own clock that the lease is not extended any more."""
    Clock.now = 1_000_000_000_000
    store = SqlStore("", Clock(tmp_path / "state.db"), StoreRegistry(tmp_path / "state"), lease_seconds=0.4)
    home = store.register(samples.environment())
    stranger = replace(me(), host="elsewhere")
    lost = store.hold(home.uid, stranger)
    lost.__enter__()
    Clock.now -= 3_600_000
    with pytest.raises(LeaseHeld), store.hold(home.uid, me()):
        raise AssertionError("it may still be extended")
    with store.hold(home.uid, me(), wait=10) as writer:
        assert writer.took_over_from is not None
        assert writer.took_over_from.holder == stranger
    store.close()
