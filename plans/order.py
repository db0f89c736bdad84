"""The steps of a plan and what each waits for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from ..graph.address import Address
from ..graph.dag import Dag
from .action import Action
from .change import Change


class StepKind(StrEnum):
    """What one step does to one resource."""

    READ = "read"
    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    RECORD = "record"
    MOVE = "move"
    DELETE = "delete"
    DELETE_OLD = "delete-old"
    HOLD = "hold"
    FORGET = "forget"
    PAUSE = "pause"
    RESUME = "resume"


SWITCHING = frozenset({StepKind.PAUSE, StepKind.RESUME})
REMOVING = frozenset({StepKind.DELETE, StepKind.DELETE_OLD, StepKind.HOLD, StepKind.FORGET})


class Step(Struct, frozen=True, order=True):
    """One step; its key is unique within a plan."""

    address: Address
    kind: StepKind

    @property
    def key(self) -> str:
        """``ADDRESS/KIND``, as journalled."""
        return f"{self.address}/{self.kind}"


_FORWARD = {
    Action.READ: StepKind.READ,
    Action.CREATE: StepKind.CREATE,
    Action.ADOPT: StepKind.ADOPT,
    Action.UPDATE: StepKind.UPDATE,
    Action.REPLACE: StepKind.CREATE,
    Action.NO_OP: StepKind.RECORD,
    Action.HOLD: StepKind.HOLD,
    Action.RETAIN: StepKind.FORGET,
    Action.DELETE: StepKind.DELETE,
    Action.PAUSE: StepKind.PAUSE,
    Action.RESUME: StepKind.RESUME,
}

_BESIDE = frozenset({StepKind.CREATE, StepKind.ADOPT, StepKind.UPDATE, StepKind.FORGET})
"""What was replaced before is deleted by a step of its own beside these; the others delete it themselves."""


def steps_of(change: Change) -> tuple[Step, ...]:
    """The steps of one change, in the order in which they run."""
    main = _main(change)
    old = Step(change.address, StepKind.DELETE_OLD)
    if change.action is Action.REPLACE:
        return (main, old) if change.create_first else (old, main)
    if not change.cleans or main.kind not in _BESIDE:
        return (main,)
    return (old, main) if main.kind is StepKind.FORGET else (main, old)


def _main(change: Change) -> Step:
    kind = StepKind.MOVE if change.only_moves else _FORWARD[change.action]
    return Step(change.address, kind)


class Ties(Struct, frozen=True):
    """How the changing resources hang together; resources that do not change are looked through.

    ``upstream``: the nearest changing resources that each one depends on now. ``users``: the changing resources
    that depended on it when it was recorded.
    """

    upstream: Mapping[Address, tuple[Address, ...]]
    users: Mapping[Address, tuple[Address, ...]]


def ties(changes: Mapping[Address, Change], former: Mapping[Address, tuple[Address, ...]]) -> Ties:
    """The ties between ``changes``; ``former`` are the recorded direct dependencies of all recorded resources."""
    nearest = _Nearest(changes, lambda a: former.get(a, ()))
    upstream: dict[Address, tuple[Address, ...]] = {}
    for address, change in changes.items():
        if change.target is not None and change.target.edges:
            found = nearest.all_of(e.target for e in change.target.edges)
            upstream[address] = tuple(a for a in found if changes[a].target is not None)
    users: dict[Address, list[Address]] = {}
    for address in changes:
        for target in former.get(address, ()):
            if target in changes:
                users.setdefault(target, []).append(address)
    return Ties({a: f for a, f in upstream.items() if f}, {a: tuple(f) for a, f in users.items()})


def chained(changes: Mapping[Address, Change], former: Mapping[Address, tuple[Address, ...]]) -> Ties:
    """The ties between changes of what is recorded, both ways along the recorded dependencies ``former``."""
    nearest = _Nearest(changes, lambda a: former.get(a, ()))
    upstream = {a: tuple(nearest.all_of(former.get(a, ()))) for a in changes}
    users: dict[Address, list[Address]] = {}
    for address, targets in upstream.items():
        for target in targets:
            users.setdefault(target, []).append(address)
    return Ties({a: f for a, f in upstream.items() if f}, {a: tuple(f) for a, f in users.items()})


def execution(changes: Mapping[Address, Change], tied: Ties) -> Dag[Step]:
    """The steps of all changes and what each waits for.

    Forward steps wait for the forward steps of what they depend on now; removals wait for everything that
    depended on the object: its removal, or the step that made it let go. Pausing goes backward as removals do,
    resuming forward.
    """
    waits: dict[Step, list[Step]] = {step: [] for c in changes.values() for step in steps_of(c)}
    for change in changes.values():
        main = _main(change)
        above = [_main(changes[a]) for a in tied.upstream.get(change.address, ())]
        if main.kind is not StepKind.PAUSE:
            waits[main].extend(above)
        if change.conditional and change.action is Action.REPLACE:
            waits[Step(change.address, StepKind.DELETE_OLD)].extend(above)
        users = [s for a in tied.users.get(change.address, ()) for s in steps_of(changes[a])]
        for step in steps_of(change):
            if (step.kind in REMOVING and not _delete_first(change)) or step.kind is StepKind.PAUSE:
                waits[step].extend(users)
        for first, second in pairwise(steps_of(change)):
            waits[second].append(first)
    for step, user in _wished(changes, tied):
        if not _waits(waits, user, step):
            waits[step].append(user)
    return Dag(waits)


def _delete_first(change: Change) -> bool:
    return change.action is Action.REPLACE and not change.create_first


def _wished(changes: Mapping[Address, Change], tied: Ties) -> Iterable[tuple[Step, Step]]:
    """Delete-first replacements, each with a removal among its users.

    The removal should come first, but it cannot where it waits for something that needs the new object. Users
    that stay cannot come first at all: they wait for the new object.
    """
    for change in changes.values():
        if not _delete_first(change):
            continue
        for address in tied.users.get(change.address, ()):
            for step in steps_of(changes[address]):
                if step.kind in REMOVING:
                    yield Step(change.address, StepKind.DELETE_OLD), step


def _waits(waits: Mapping[Step, list[Step]], start: Step, goal: Step) -> bool:
    """Whether ``start`` waits for ``goal``, directly or not."""
    seen = {start}
    stack = [start]
    while stack:
        for step in waits[stack.pop()]:
            if step == goal:
                return True
            if step not in seen:
                seen.add(step)
                stack.append(step)
    return False


class _Nearest:
    """The nearest changing resources below, through resources that do not change."""

    def __init__(
        self, changes: Mapping[Address, Change], below: Callable[[Address], tuple[Address, ...]]
    ) -> None:
        self._changes = changes
        self._below = below
        self._known: dict[Address, frozenset[Address]] = {}

    def all_of(self, addresses: Iterable[Address]) -> list[Address]:
        """The changing resources among ``addresses`` and below the others, sorted."""
        found: set[Address] = set()
        for address in addresses:
            found |= {address} if address in self._changes else self._through(address)
        return sorted(found)

    def _through(self, start: Address) -> frozenset[Address]:
        stack = [start]
        while stack:
            address = stack[-1]
            open_ones = [a for a in self._below(address) if a not in self._changes and a not in self._known]
            if address not in self._known and open_ones:
                stack.extend(open_ones)
                self._known.setdefault(address, frozenset())
                continue
            stack.pop()
            found: set[Address] = set()
            for below in self._below(address):
                found |= {below} if below in self._changes else self._known.get(below, frozenset())
            self._known[address] = frozenset(found)
        return self._known[start]
