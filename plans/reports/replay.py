"""What happened during a deployment, told again from what was recorded: the same events, in their order.

The journal of steps holds the ends of steps, and the deployment's row its own; only what lies between is kept as events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..apply.events import Event, EventKind
from ..state.records import DeploymentRecord, DeploymentStatus, StepRecord, StepStatus


def replay(
    environment: str,
    record: DeploymentRecord,
    steps: Sequence[StepRecord],
    recorded: Iterable[Mapping[str, Any]],
) -> tuple[Mapping[str, Any], ...]:
    """All events of the deployment; one that has not ended, or was killed, has no last one."""
    told = list(recorded)
    begun = {(e.get("address"), e.get("step")): e["at"] for e in told if e["event"] == EventKind.STEP_STARTED}
    ended = [_finished(record, step) for step in steps if step.status is not StepStatus.INTENT]
    # At one instant an end comes before what it released, but never before its own start.
    placed = [(event["at"], 1, event) for event in told]
    placed += [(e["at"], 2 if begun.get((e["address"], e["step"])) == e["at"] else 0, e) for e in ended]
    placed.sort(key=lambda each: each[:2])
    between = [event for _, _, event in placed]
    return (_opening(environment, record, len(steps)), *between, *_closing(record))


def _opening(environment: str, record: DeploymentRecord, total: int) -> dict[str, Any]:
    detail = {"total": total, "environment": environment, "resumes": record.reason}
    return Event(EventKind.DEPLOYMENT_STARTED, record.started, record.number, detail=detail).body()


def _finished(record: DeploymentRecord, step: StepRecord) -> dict[str, Any]:
    detail = {**step.detail, "status": step.status.value, "seconds": step.seconds}
    event = Event(EventKind.STEP_FINISHED, step.at, record.number, str(step.address), step.kind, detail)
    return event.body()


def _closing(record: DeploymentRecord) -> Iterable[Mapping[str, Any]]:
    if record.ended is None or record.status is DeploymentStatus.RUNNING:
        return ()
    resume = None if record.status is DeploymentStatus.SUCCEEDED else record.command
    detail = {"status": record.status.value, "counts": dict(record.counts), "resume": resume}
    return (Event(EventKind.DEPLOYMENT_FINISHED, record.ended, record.number, detail=detail).body(),)
