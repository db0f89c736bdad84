"""Random files, applies, failures, crashes, renames and drift beside a model of what a clean apply leaves.

A failure prints the steps, and the line that plays them again; `--hypothesis-seed=N` repeats a whole run.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import Struct
from msgspec.structs import replace

from bakehouse.drivers.sdk import PermanentFault, Result
from bakehouse.graph.address import Address
from bakehouse.plans.action import Action
from bakehouse.plans.moves import Entry
from bakehouse.plans.plan import Plan
from bakehouse.plans.state.records import ResourceStatus
from fakes.dying import copied, dies_at, engine, fast_folder
from fakes.engine import Engine, out

NAMES = ("n0", "n1", "n2", "n3")
OPERATIONS = ("create", "update", "delete", "find")


class Thing(Struct, frozen=True):
    """What the files say of one thing: ``size`` may be that of another one, ``note`` an output of one."""

    size: int | str
    shape: str
    note: tuple[str, str] | None

    def renamed(self, old: str, new: str) -> "Thing":
        size = new if self.size == old else self.size
        note = (new, self.note[1]) if self.note is not None and self.note[0] == old else self.note
        return replace(self, size=size, note=note)


Files = Mapping[str, Thing]


@st.composite
def files(draw: st.DrawFn) -> Files:
    """Some of four things; each may refer to earlier ones by a stable, an unstable or a secret output."""
    found: dict[str, Thing] = {}
    for name in NAMES:
        if draw(st.booleans()):
            size: Any = draw(st.sampled_from([1, 2, *found]))
            notes = [None, *((other, output) for other in found for output in ("id", "key"))]
            found[name] = Thing(
                size, draw(st.sampled_from(["round", "square"])), draw(st.sampled_from(notes))
            )
    return found


class Applications(RuleBasedStateMachine):
    """``wanted`` is the model: what the files ask for. What was taken away or altered outside is remembered by token."""

    _start: Path
    _stack: ExitStack

    @classmethod
    def begin(cls) -> None:
        cls._stack = ExitStack()
        cls._start = cls._stack.enter_context(fast_folder()) / "start"
        engine(cls._start).store.close()

    @classmethod
    def finish(cls) -> None:
        cls._stack.close()

    @initialize(first=st.booleans(), wanted=files())
    def make(self, first: bool, wanted: Files) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self._start.parent)) / "here"
        copied(self._start, self.folder)
        self.engine = engine(self.folder)
        self.definition = {"replace": "create-first"} if first else {}
        self.wanted = wanted
        self.moved: tuple[Entry, ...] = ()
        self.fresh = (f"m{n}" for n in itertools.count())
        self.gone: set[str] = set()
        self.altered: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.apply()
            self.wanted = {}
            self.apply()
            assert [d for d in self.engine.store.examine() if d.is_error] == []
            self.engine.store.close()
            shutil.rmtree(self.folder.parent)

    def plan(self, one: Engine) -> Plan:
        one.entries = self.moved
        things: dict[str, dict[str, Any]] = {}
        for name, thing in self.wanted.items():
            size = out(thing.size, "size") if isinstance(thing.size, str) else thing.size
            note = {} if thing.note is None else {"note": out(*thing.note)}
            things[name] = {"size": size, "shape": thing.shape, **note}
        return one.plan(one.graph(things, definition=self.definition))

    @rule(wanted=files())
    def write(self, wanted: Files) -> None:
        """Other files; whoever uses an old name again takes the entry out that renames it."""
        self.wanted = wanted
        self.moved = tuple(entry for entry in self.moved if Address.parse(entry.source).id not in wanted)

    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        if not self.wanted:
            return
        old, new = data.draw(st.sampled_from(sorted(self.wanted))), next(self.fresh)
        self.wanted = {new if n == old else n: t.renamed(old, new) for n, t in self.wanted.items()}
        self.moved = (*self.moved, Entry(f"thing#{old}", f"thing#{new}"))

    @rule(data=st.data(), takes=st.booleans())
    def drift(self, data: st.DataObject, takes: bool) -> None:
        things = self.engine.world.things
        if not things:
            return
        token = data.draw(st.sampled_from(sorted(things)))
        if takes:
            del things[token]
            self.gone.add(token)
        else:
            things[token] = {**things[token], "size": 99}
            self.altered.add(token)

    @rule(
        failing=st.dictionaries(
            st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 3)), st.booleans(), max_size=4
        )
    )
    def apply_with_failures(self, failing: Mapping[tuple[str, int], bool]) -> None:
        names = sorted({*self.wanted, *(a.id for a in self.engine.records())})
        for (operation, index), partial in failing.items():
            if index < len(names):
                half = Result({"id": "half", "size": 0, "key": "half-a-key"}) if partial else None
                self.engine.world.faults[operation, names[index]] = [PermanentFault("planted", partial=half)]
        self.engine.apply(self.plan(self.engine))
        self.engine.world.faults.clear()

    @rule(point=st.integers(0, 14))
    def apply_that_is_killed(self, point: int) -> None:
        self.engine.store.close()
        dies_at(point, self.folder, self.plan)
        self.engine = engine(self.folder)

    @rule()
    def apply(self) -> None:
        one = self.engine
        one.world.calls.clear()
        plan = self.plan(one)
        outcome = one.apply(plan)
        assert outcome.succeeded, [s.detail for s in outcome.failed]
        self._did_what_was_planned(plan)
        self._is_what_was_asked_for()
        self.moved = ()
        assert self.plan(one).is_empty

    def _did_what_was_planned(self, plan: Plan) -> None:
        called = {name for _, name in self.engine.world.calls}
        assert called <= {step.address.id for step in plan.steps()}
        made = {
            c.address.id
            for c in plan.changes.values()
            if c.action in (Action.CREATE, Action.REPLACE) and not c.conditional
        }
        assert made <= called

    def _is_what_was_asked_for(self) -> None:
        records = {address.id: record for address, record in self.engine.records().items()}
        assert set(records) == set(self.wanted)
        assert {r.status for r in records.values()} <= {ResourceStatus.READY}
        things = self.engine.world.things
        tokens = {record.token for record in records.values()}
        assert set(things) <= tokens, "nothing is orphaned"
        assert tokens - set(things) <= self.gone, "nothing is lost"
        for name, thing in self.wanted.items():
            token = records[name].token
            if token in things and token not in self.altered:
                assert things[token]["shape"] == thing.shape
                assert things[token]["size"] == self._size(name)

    def _size(self, name: str) -> int:
        size = self.wanted[name].size
        return self._size(size) if isinstance(size, str) else size

    @invariant()
    def what_is_recorded_is_there(self) -> None:
        if not hasattr(self, "engine"):
            return
        for record in self.engine.records().values():
            if record.status is ResourceStatus.READY:
                assert record.token in self.engine.world.things or record.token in self.gone


@pytest.mark.slow
@pytest.mark.scenario(3, 38, 40)
class TestApplications(Applications.TestCase):  # type: ignore[valid-type,misc]
    """The machine as a test: the same applications each time where CI runs it, others each time elsewhere.

    A failure is not made smaller, which takes minutes; the blob that it prints replays it.
    """

    settings = hypothesis.settings(
        max_examples=20,
        stateful_step_count=12,
        deadline=None,
        derandomize="CI" in os.environ,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _folders(cls) -> Iterator[None]:
        Applications.begin()
        yield
        Applications.finish()
