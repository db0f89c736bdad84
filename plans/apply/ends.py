"""Ends a step: turns a driver's answer into the write that records it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ...drivers.faults import Conflict, Fault, NotFound, describe
from ..order import SWITCHING, Step, StepKind
from ..probe import Probe
from ..state.records import ADOPT, StepRecord, StepStatus
from ..state.store import Ending, Write
from .call import Answer, Call
from .ground import Ground
from .ledger import emptied, failed, succeeded, without_deposed
from .verify import broken_promises


class Ends:
    """Ends the steps of one walk."""

    def __init__(self, ground: Ground, probe: Probe) -> None:
        self._ground = ground
        self._probe = probe

    def end(self, step: Step, call: Call, answer: Answer) -> tuple[Write, StepRecord]:
        """The write of an answered call and the journal's line for it."""
        if step.kind in SWITCHING:
            return self._switched(step, answer)
        if step.kind is StepKind.FORGET:
            return self._forgotten(step, call, answer)
        if answer.fault is not None:
            return self._failed(step, call, answer, _told(call, answer.fault))
        if step.kind is StepKind.DELETE:
            return self._deleted(step, call, answer)
        if call.operation == "delete":
            return self._let_go(step, call, answer)
        return self._made(step, call, answer)

    def _made(self, step: Step, call: Call, answer: Answer) -> tuple[Write, StepRecord]:
        if answer.made is None or call.target is None:
            raise ValueError(f"{step.key} was made without an answer")
        target = call.target
        traits = self._probe.traits(call.change.driver, str(step.address))
        before = self._before(call)
        record = succeeded(
            self._ground.records.get(step.address),
            call.change,
            target,
            answer.made,
            traits.behaviour,
            self._ground.deployment.number,
        )
        broken = broken_promises(call.change, target, answer.made.outputs, before)
        if broken:
            return self._broken(step, call, answer, broken)
        written = self._ground.stamp(record)
        end = self._ground.step(step, StepStatus.DONE, answer.seconds)
        return Write(put=written, step=end, secrets=answer.rows), end

    def _before(self, call: Call) -> Mapping[str, Any]:
        if call.record is None or call.operation == "create":
            return {}
        return call.record.outputs

    def _broken(self, step: Step, call: Call, answer: Answer, broken: list[str]) -> tuple[Write, StepRecord]:
        """The driver did other than it said: an error, but the object is tracked as it is."""
        fault = Fault("; ".join(broken), hint="this is a defect of the driver or of the definition's outputs")
        return self._failed(step, call, answer, _told(call, fault))

    def _failed(
        self, step: Step, call: Call, answer: Answer, detail: Mapping[str, Any]
    ) -> tuple[Write, StepRecord]:
        record = self._ground.records.get(step.address)
        if record is None or (call.operation == "delete" and record.pending is None):
            end = self._ground.step(step, StepStatus.FAILED, answer.seconds, **detail)
            return Write(step=end), end
        refused = isinstance(answer.fault, Conflict) and call.operation == "create" and not call.settle
        refused = refused or (isinstance(answer.fault, Conflict | NotFound) and call.operation == ADOPT)
        number = self._ground.deployment.number
        if refused and call.record is None:
            # A fresh create met a stranger's object, or there is nothing to adopt: nothing is ours, nothing is recorded.
            write = self._ground.forget(step.address)
            end = self._ground.step(step, StepStatus.FAILED, answer.seconds, **detail)
            return replace(write, step=end), end
        written = self._ground.stamp(failed(record, call.change, call.operation, answer.made, number))
        end = self._ground.step(step, StepStatus.FAILED, answer.seconds, **detail)
        return Write(put=written, step=end, secrets=answer.rows), end

    def _switched(self, step: Step, answer: Answer) -> tuple[Write, StepRecord]:
        """Pausing and resuming are told, and nothing is recorded of the object: it is what it was."""
        if answer.fault is None:
            end = self._ground.step(step, StepStatus.DONE, answer.seconds)
        else:
            end = self._ground.step(step, StepStatus.FAILED, answer.seconds, **describe(answer.fault))
        return Write(step=end), end

    def _forgotten(self, step: Step, call: Call, answer: Answer) -> tuple[Write, StepRecord]:
        """What its driver could not hand over stays recorded, as it was."""
        if answer.fault is not None:
            end = self._ground.step(step, StepStatus.FAILED, answer.seconds, **_told(call, answer.fault))
            return Write(step=end), end
        write = self._ground.forget(step.address)
        told = None if answer.made is None else answer.made.told
        end = self._ground.step(step, StepStatus.DONE, answer.seconds, message=told)
        ending = Ending(call.change.uid, frozenset(call.change.referrers))
        return replace(write, step=end, ending=ending), end

    def _deleted(self, step: Step, call: Call, answer: Answer) -> tuple[Write, StepRecord]:
        write = self._ground.forget(step.address)
        end = self._ground.step(step, StepStatus.DONE, answer.seconds)
        return replace(write, step=end, drop_secrets=(f"{call.change.uid}/",)), end

    def _let_go(self, step: Step, call: Call, answer: Answer) -> tuple[Write, StepRecord]:
        record = self._ground.records[step.address]
        number = self._ground.deployment.number
        if record.pending is None:
            after = without_deposed(record, number)
        else:
            after = emptied(record, call.change, number)
        written = self._ground.stamp(after)
        end = self._ground.step(step, StepStatus.DONE, answer.seconds)
        return Write(put=written, step=end), end


def _told(call: Call, fault: Fault) -> Mapping[str, Any]:
    """The fault as plain data, with the definition that the resource is met by."""
    name = None if call.change.target is None else call.change.target.definition.get("name")
    return {**describe(fault), "definition": name}
