"""The action for one resource: recorded state against planned inputs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ..graph.diagnostics import Place
from ..graph.values import Value
from .action import Action
from .change import PropertyDiff, Reason, Why
from .compare import properties, undecided
from .drift import Finding, Live, reason
from .state.records import RecordedConnection, ResourceRecord, ResourceStatus


class Traits(Struct, frozen=True):
    """What deciding needs to know about a driver.

    ``place`` are the immutable fields of its connection with their defaults: with another value of one of them it is
    another system, where nothing of the object is.
    """

    name: str
    behaviour: int = 1
    schema_version: int = 1
    immutable: frozenset[str] = frozenset()
    place: Mapping[str, Value] = field(default_factory=dict[str, Value])


class Wishes(Struct, frozen=True):
    """What the user asked for beyond the files, for one resource; ``rotate`` is a field, ``*`` for all, or None."""

    replace: bool = False
    restart: bool = False
    rotate: str | None = None


class Wanted(Struct, frozen=True):
    """One resource as the graph wants it, with planned inputs; ``line_of`` finds the line that fed an input.

    ``live`` is how its object was found, None where nobody looked.
    """

    inputs: Mapping[str, Value]
    fingerprint: str
    driver: Traits
    connection: RecordedConnection | None
    cause: Place | None = None
    not_running: str | None = None
    live: Live | None = None
    wishes: Wishes = field(default_factory=Wishes)
    line_of: Callable[[str], Place | None] = lambda name: None


class Decision(Struct, frozen=True):
    """The action, why, which properties differ, and which undecided inputs it hangs on."""

    action: Action
    reasons: tuple[Reason, ...] = ()
    diffs: tuple[PropertyDiff, ...] = ()
    conditional: tuple[str, ...] = ()

    @property
    def is_no_op(self) -> bool:
        """Whether nothing is to be done in the world."""
        return self.action is Action.NO_OP


_CONNECTION = "connection"

NOTHING = Decision(Action.NO_OP)


def decide(record: ResourceRecord | None, wanted: Wanted) -> Decision:
    """What to do about a resource that the graph wants. What was only read so far does not exist yet."""
    if record is None or record.owner is not None:
        created = tuple(PropertyDiff(k, after=v, added=True) for k, v in sorted(wanted.inputs.items()))
        reason = Reason(Why.REQUESTED, "requested", wanted.cause)
        if record is not None:
            reason = Reason(
                Why.DRIVER, f"driver changed from {record.driver} to {wanted.driver.name}", wanted.cause
            )
        return Decision(Action.CREATE, (reason,), created)
    decision = _compare(record, wanted)
    decision = _unfinished(record, wanted, decision)
    decision = _drifted(record, wanted, decision)
    return _wishes(wanted, decision)


def adopt(found: Mapping[str, Value], wanted: Mapping[str, Value], driver: Traits, why: Reason) -> Decision:
    """The adoption of an object that was found with these inputs."""
    return Decision(Action.ADOPT, (why,), _marked(properties(found, wanted), driver))


def fixed(diffs: Iterable[PropertyDiff]) -> str | None:
    """Why an object with these differences cannot be adopted, or None where it can."""
    found = [d.path for d in diffs if d.forces_replacement and not undecided(d)]
    if not found:
        return None
    what = f"its {', '.join(found)} cannot be changed and {'is' if len(found) == 1 else 'are'} not what is wanted"
    return f"cannot-adopt: {what}; let its definition ask for what the object has"


def _compare(record: ResourceRecord, wanted: Wanted) -> Decision:
    if record.driver != wanted.driver.name:
        text = f"driver changed from {record.driver} to {wanted.driver.name}"
        return Decision(Action.REPLACE, (Reason(Why.DRIVER, text, wanted.cause),), _diffs(record, wanted))
    if record.fingerprint == wanted.fingerprint:
        if wanted.not_running is None:
            return NOTHING
        return Decision(Action.UPDATE, (Reason(Why.NOT_RUNNING, wanted.not_running or "not running"),))
    diffs = (*_connected(record.connection, wanted), *_diffs(record, wanted))
    if not diffs and record.status in (ResourceStatus.TAINTED, ResourceStatus.PENDING):
        return NOTHING
    if not diffs:
        return Decision(Action.UPDATE, (_hidden_cause(record, wanted),))
    return _weigh(diffs, wanted)


def _diffs(record: ResourceRecord, wanted: Wanted) -> tuple[PropertyDiff, ...]:
    return _marked(properties(record.inputs, wanted.inputs), wanted.driver)


def _connected(before: RecordedConnection | None, wanted: Wanted) -> Iterator[PropertyDiff]:
    """How the connection itself differs; a place that was only left to its default, and is written now, is the same."""
    after, place = wanted.connection, wanted.driver.place
    if before is None or after is None:
        return
    for diff in properties({**place, **before.values}, {**place, **after.values}):
        path = f"{_CONNECTION}.{diff.path}"
        yield replace(diff, path=path, forces_replacement=diff.path.split(".", 1)[0] in place)


def _marked(found: Iterable[PropertyDiff], driver: Traits) -> tuple[PropertyDiff, ...]:
    return tuple(
        replace(d, forces_replacement=True) if d.path.split(".", 1)[0] in driver.immutable else d
        for d in found
    )


def _weigh(diffs: tuple[PropertyDiff, ...], wanted: Wanted) -> Decision:
    forcing = [d for d in diffs if d.forces_replacement]
    certain = [d for d in diffs if not undecided(d)]
    reasons = tuple(_input_reason(d, wanted) for d in diffs)
    if any(d.forces_replacement for d in certain):
        return Decision(Action.REPLACE, reasons, diffs)
    if forcing:
        return Decision(Action.REPLACE, reasons, diffs, tuple(d.path for d in forcing))
    if not certain:
        return Decision(Action.UPDATE, reasons, diffs, tuple(d.path for d in diffs))
    return Decision(Action.UPDATE, reasons, diffs)


def _input_reason(diff: PropertyDiff, wanted: Wanted) -> Reason:
    if diff.path.startswith(f"{_CONNECTION}."):
        return Reason(Why.CONNECTION, f"{diff.path} changed", wanted.cause)
    place = wanted.line_of(diff.path) or wanted.cause
    if undecided(diff):
        return Reason(Why.UPSTREAM, f"{diff.path} {diff.after}", place)
    return Reason(Why.INPUT, f"input {diff.path} changed", place)


def _hidden_cause(record: ResourceRecord, wanted: Wanted) -> Reason:
    if record.connection != wanted.connection:
        return Reason(Why.CONNECTION, f"connection of driver {wanted.driver.name} changed", wanted.cause)
    text = f"behaviour of driver {wanted.driver.name} changed (now {wanted.driver.behaviour})"
    return Reason(Why.BEHAVIOUR, text, wanted.cause)


def _unfinished(record: ResourceRecord, wanted: Wanted, decision: Decision) -> Decision:
    """Carry on what a former run left: the unfinished operation again, whatever else changed."""
    pending = record.pending
    if record.status is ResourceStatus.PENDING and pending is not None:
        reason = Reason(Why.UNFINISHED, f"{pending.operation} unfinished in deployment {pending.deployment}")
        if pending.operation == "delete":
            return _with(decision, Action.REPLACE, reason)
        if pending.generation > record.generation:
            return _with(decision, Action.REPLACE, reason)
        first = pending.operation == "create" and not record.driver_outputs
        again = Action.CREATE if first else Action.UPDATE
        return _with(decision, _heavier(again, decision.action), reason)
    if record.status is ResourceStatus.TAINTED:
        reason = Reason(Why.TAINTED, f"its last operation failed in deployment {record.deployment}")
        again = Action.UPDATE if record.driver_outputs else Action.CREATE
        return _with(decision, _heavier(again, decision.action), reason)
    return decision


def _drifted(record: ResourceRecord, wanted: Wanted, decision: Decision) -> Decision:
    """Answer to what was changed outside: what is gone is created again, what differs is brought back.

    A replacement that hangs on values not known yet stays one that may turn out to be none.
    """
    live = wanted.live
    if live is None or not live.finding.is_drift or record.driver != wanted.driver.name:
        return decision
    if live.finding is Finding.GONE:
        return _with(decision, Action.CREATE, reason(live))
    if decision.conditional and decision.action is Action.REPLACE:
        return decision
    if wanted.not_running is not None and not live.diffs:
        return decision
    return _with(decision, _heavier(Action.UPDATE, decision.action), reason(live))


def _wishes(wanted: Wanted, decision: Decision) -> Decision:
    wishes = wanted.wishes
    if wishes.replace and decision.action is not Action.CREATE:
        return _with(decision, Action.REPLACE, Reason(Why.ASKED, "asked for with --replace"))
    if wishes.rotate is not None:
        what = "all secret outputs" if wishes.rotate == "*" else wishes.rotate
        return _with(
            decision, _heavier(Action.UPDATE, decision.action), Reason(Why.ROTATION, f"rotation of {what}")
        )
    if wishes.restart:
        return _with(decision, _heavier(Action.UPDATE, decision.action), Reason(Why.RESTART, "restart"))
    return decision


def _heavier(first: Action, second: Action) -> Action:
    weights = list(Action)
    if first is Action.CREATE:
        return Action.REPLACE if second is Action.REPLACE else Action.CREATE
    return max(first, second, key=weights.index)


def _with(decision: Decision, action: Action, reason: Reason) -> Decision:
    return Decision(action, (reason, *decision.reasons), decision.diffs)
