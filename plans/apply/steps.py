"""Begins a step: decides what is left to do, and writes either its outcome or the intent of a driver call."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from ...drivers.registry import AnyDriver
from ...drivers.sdk import CreateMode
from ...graph.values import Value
from ..access import SecretAccess
from ..action import Action
from ..change import Change, Target
from ..order import Step, StepKind
from ..probe import Probe
from ..prospect import mapped
from ..references import References
from ..removal import RETAIN
from ..state.holder import is_here
from ..state.records import (
    ADOPT,
    Deposed,
    Holder,
    Lease,
    PendingOperation,
    ResourceRecord,
    StepRecord,
    StepStatus,
)
from ..state.store import Ending, Write
from .call import Call, Old
from .ground import Ground
from .ledger import Made, deposed_object, held, intended, restated, succeeded
from .resolve import OutputMissing, Resolved, resolve
from .upgrading import hands_over, upgraded_object

_MARGIN = 60.0
"""Seconds after a call's deadline until which an abandoned call may still act."""


class Begun(Struct, frozen=True):
    """What beginning a step came to: a write with its end, or a call to make after the intent is durable."""

    write: Write | None
    end: StepRecord | None = None
    call: Call | None = None


class Steps:
    """Begins the steps of one walk."""

    def __init__(
        self,
        ground: Ground,
        probe: Probe,
        secrets: SecretAccess,
        references: References,
        lease: Lease,
        is_over: Callable[[Holder], bool],
    ) -> None:
        self._ground = ground
        self._probe = probe
        self._secrets = secrets
        self._references = references
        self._lease = lease
        self._is_over = is_over
        self._resolved: dict[str, Resolved] = {}
        self._handlers: dict[StepKind, Callable[[Step, Change], Begun]] = {
            StepKind.READ: self._read,
            StepKind.CREATE: self._make,
            StepKind.ADOPT: self._make,
            StepKind.UPDATE: self._make,
            StepKind.RECORD: self._record,
            StepKind.MOVE: self._record,
            StepKind.DELETE: self._delete,
            StepKind.DELETE_OLD: self._delete_old,
            StepKind.HOLD: self._hold,
            StepKind.FORGET: self._forget,
            StepKind.PAUSE: self._switch,
            StepKind.RESUME: self._switch,
        }

    def begin(self, step: Step) -> Begun:
        """Begin a step whose dependencies are all done."""
        change = self._ground.plan.changes[step.address]
        try:
            return self._handlers[step.kind](step, change)
        except OutputMissing as missing:
            end = self._ground.step(step, StepStatus.FAILED, message=str(missing))
            return Begun(Write(step=end), end)

    def is_pure(self, change: Change) -> bool:
        """Whether the change's driver touches nothing."""
        return self._probe.driver(change.driver, str(change.address)).create_mode is CreateMode.PURE

    def resolved(self, step: Step) -> Resolved:
        """The change of a step with its final inputs."""
        key = str(step.address)
        if key not in self._resolved:
            change = self._ground.plan.changes[step.address]
            traits = self._probe.traits(change.driver, key)
            self._resolved[key] = resolve(
                change,
                self._ground.outputs,
                self._ground.records.get(step.address),
                self._secrets.version_of,
                (traits.behaviour, traits.immutable),
            )
        return self._resolved[key]

    def _read(self, step: Step, change: Change) -> Begun:
        """Record what the owner gives now, if it still is what was planned with."""
        basis = self._ground.plan.reads[step.address]
        now = self._references.again(basis)
        if now is None or now.basis.digest != basis.digest:
            text = f"{basis.name} {'is gone' if now is None else 'has other outputs'} since the plan was made"
            end = self._ground.step(step, StepStatus.FAILED, message=text, hint="plan again")
            return Begun(Write(step=end), end)
        target = self.resolved(step).target
        outputs = mapped(target.output_map, target.fields, now.outputs, step.address)
        behaviour = self._probe.traits(change.driver, str(step.address)).behaviour
        record = succeeded(
            self._ground.records.get(step.address),
            change,
            target,
            Made(outputs, now.outputs),
            behaviour,
            self._ground.deployment.number,
        )
        written = self._ground.stamp(replace(record, owner=basis.owner))
        end = self._ground.step(step, StepStatus.DONE)
        return Begun(Write(put=written, step=end), end)

    def _make(self, step: Step, change: Change) -> Begun:
        if change.owner is not None:
            return self._read(step, change)
        resolved = self.resolved(step)
        record = self._ground.records.get(step.address)
        if resolved.change.action is Action.NO_OP and record is not None:
            return self._cut_off(step, record, resolved)
        driver = self._probe.driver(change.driver, str(step.address))
        if record is not None and self._held_elsewhere(record, driver):
            return self._wait(step, record)
        operation = _operation(step, resolved.change, record)
        call = self._call(step, operation, driver, resolved.change, resolved.target)
        if driver.create_mode is CreateMode.PURE:
            return Begun(None, call=call)
        return self._with_intent(step, call, resolved.target.inputs)

    def _cut_off(self, step: Step, record: ResourceRecord, resolved: Resolved) -> Begun:
        """The values it waited for turned out to be those that it has: at most its record says it in other words."""
        stated = restated(record, resolved.change, resolved.target, self._ground.deployment.number)
        written = None if stated is record else self._ground.stamp(stated)
        end = self._ground.step(step, StepStatus.UNCHANGED)
        return Begun(Write(put=written, step=end), end)

    def _unchanged(self, step: Step) -> Begun:
        end = self._ground.step(step, StepStatus.UNCHANGED)
        return Begun(Write(step=end), end)

    def _record(self, step: Step, change: Change) -> Begun:
        record = self._ground.records[step.address]
        told = None if change.moved_from is None else f"from {change.moved_from}"
        if change.target is None:  # it only moved, which was done before the walk
            return Begun(None, self._ground.step(step, StepStatus.DONE, message=told))
        if record.deposed:
            return self._delete_deposed(step, change, record)
        stated = restated(record, change, self.resolved(step).target, self._ground.deployment.number)
        written = None if stated is record else self._ground.stamp(stated)
        end = self._ground.step(step, StepStatus.DONE, message=told)
        return Begun(Write(put=written, step=end), end)

    def _hold(self, step: Step, change: Change) -> Begun:
        if change.record_only:
            return self._unchanged(step)
        record = self._ground.records[step.address]
        written = self._ground.stamp(held(record, self._ground.deployment.number))
        end = self._ground.step(step, StepStatus.DONE)
        return Begun(Write(put=written, step=end), end)

    def _forget(self, step: Step, change: Change) -> Begun:
        """Forget the record; a driver that has something to hand over is asked before, and may be so again."""
        record = self._ground.records[step.address]
        if hands_over(record, self._probe):
            if self._at_work(record):
                return self._wait(step, record)
            driver = self._probe.driver(record.driver, str(step.address))
            call = replace(self._call(step, RETAIN, driver, change, None), generation=record.generation)
            begun = Write(step=self._ground.step(step, StepStatus.INTENT), ending=_ending(change))
            return Begun(begun, call=call)
        write = self._ground.forget(step.address)
        end = self._ground.step(step, StepStatus.DONE)
        return Begun(replace(write, step=end, ending=_ending(change)), end)

    def _delete(self, step: Step, change: Change) -> Begun:
        record = self._ground.records[step.address]
        driver = self._probe.driver(record.driver, str(step.address))
        if driver.create_mode is CreateMode.PURE:
            write = self._ground.forget(step.address)
            end = self._ground.step(step, StepStatus.DONE)
            drops = (f"{record.uid}/",)
            return Begun(replace(write, step=end, drop_secrets=drops, ending=_ending(change)), end)
        if self._held_elsewhere(record, driver):
            return self._wait(step, record)
        return self._with_intent(step, self._removal(step, change, driver, record), record.inputs)

    def _delete_old(self, step: Step, change: Change) -> Begun:
        record = self._ground.records[step.address]
        if change.create_first or change.action is not Action.REPLACE:
            return self._delete_deposed(step, change, record)
        if change.conditional and self.resolved(step).change.action is not Action.REPLACE:
            return self._unchanged(step)
        driver = self._probe.driver(record.driver, str(step.address))
        if self._held_elsewhere(record, driver):
            return self._wait(step, record)
        return self._with_intent(step, self._removal(step, change, driver, record), record.inputs)

    def _switch(self, step: Step, change: Change) -> Begun:
        """Pausing and resuming leave the record alone: a call that a crash cut off is simply made again."""
        record = self._ground.records[step.address]
        driver = self._probe.driver(record.driver, str(step.address))
        if self._held_elsewhere(record, driver):
            return self._wait(step, record)
        call = replace(self._call(step, step.kind.value, driver, change, None), generation=record.generation)
        return Begun(Write(step=self._ground.step(step, StepStatus.INTENT)), call=call)

    def _delete_deposed(self, step: Step, change: Change, record: ResourceRecord) -> Begun:
        if not record.deposed:
            return self._unchanged(step)
        old = tuple(self._old(step, d) for d in record.deposed)
        call = replace(self._call(step, "delete", old[0].driver, change, None), old=old)
        return Begun(Write(step=self._ground.step(step, StepStatus.INTENT)), call=call)

    def _removal(self, step: Step, change: Change, driver: AnyDriver, record: ResourceRecord) -> Call:
        objects = (*record.deposed, deposed_object(self._probe.upgraded(record)))
        call = self._call(step, "delete", driver, change, None)
        old = tuple(self._old(step, found) for found in objects)
        return replace(call, generation=record.generation, old=old)

    def _old(self, step: Step, found: Deposed) -> Old:
        return Old(
            self._probe.driver(found.driver, str(step.address)),
            upgraded_object(found, self._probe, step.address),
        )

    def _call(
        self, step: Step, operation: str, driver: AnyDriver, change: Change, target: Target | None
    ) -> Call:
        record = self._ground.records.get(step.address)
        record = None if record is None else self._probe.upgraded(record)
        seconds = (target.timeout if target is not None else None) or driver.timeout
        return Call(
            operation=operation,
            driver=driver,
            change=change,
            target=target,
            record=record,
            generation=change.generation,
            deadline=time.monotonic() + seconds,
            settle=operation == "create"
            and record is not None
            and record.owner is None
            and self._may_exist(record, change),
        )

    def _may_exist(self, record: ResourceRecord, change: Change) -> bool:
        """Whether a former run may have made an object of the token that is to be created.

        A record that this very deployment emptied, to replace its object, never had one of the new token.
        """
        if record.pending is not None:
            return record.pending.generation == change.generation
        return record.generation == change.generation and record.deployment != self._ground.deployment.number

    def _with_intent(self, step: Step, call: Call, inputs: Value) -> Begun:
        pending = PendingOperation(
            operation=call.operation,
            deployment=self._ground.deployment.number,
            step=step.key,
            inputs=inputs,
            fence=self._lease.fence,
            deadline=self._ground.later(call.deadline - time.monotonic() + _MARGIN),
            generation=call.generation,
            holder=self._lease.holder,
            until=round(call.deadline + _MARGIN, 3),
        )
        written = self._ground.stamp(intended(call.record, call.change, pending))
        ending = _ending(call.change) if _ends(step, call.change) else None
        return Begun(
            Write(put=written, step=self._ground.step(step, StepStatus.INTENT), ending=ending), call=call
        )

    def _held_elsewhere(self, record: ResourceRecord, driver: AnyDriver) -> bool:
        """Whether somebody may still be at work on this very resource, and doing it twice would do harm."""
        return driver.create_mode is not CreateMode.IDEMPOTENT and self._at_work(record)

    def _at_work(self, record: ResourceRecord) -> bool:
        """Whether whoever began what is pending may still be at it: he is not provably gone, nor has his deadline passed."""
        pending = record.pending
        if pending is None or pending.holder is None:
            return False
        return not _has_passed(pending, self._ground.now()) and not self._is_over(pending.holder)

    def _wait(self, step: Step, record: ResourceRecord) -> Begun:
        who = None if record.pending is None else record.pending.holder
        text = f"pending, held by {who.actor} on {who.host} (pid {who.pid})" if who else "pending"
        end = self._ground.step(step, StepStatus.PENDING, message=text)
        return Begun(Write(step=end), end)


def _has_passed(pending: PendingOperation, now: str) -> bool:
    """Whether the deadline of an intent has passed: by the clock that cannot be set, where its holder is of this boot."""
    if pending.until is not None and pending.holder is not None and is_here(pending.holder):
        return pending.until <= time.monotonic()
    return pending.deadline <= now


def _ends(step: Step, change: Change) -> bool:
    """Whether a step begins the end of an object that others may read."""
    if change.action is Action.REPLACE:
        first = StepKind.CREATE if change.create_first else StepKind.DELETE_OLD
        return step.kind is first
    return step.kind in (StepKind.DELETE, StepKind.FORGET)


def _ending(change: Change) -> Ending:
    return Ending(change.uid, frozenset(change.referrers))


def _operation(step: Step, change: Change, record: ResourceRecord | None) -> str:
    if change.rotate is not None and record is not None:
        return "rotate"
    if step.kind is StepKind.ADOPT:
        return ADOPT
    if step.kind is StepKind.CREATE and change.action is not Action.UPDATE:
        return "create"
    return "update"
