"""Words for steps and times, shared by live progress and results."""

from __future__ import annotations

from collections.abc import Mapping

from ...plans.order import StepKind
from ...plans.state.records import StepStatus

DOING: Mapping[str, str] = {
    StepKind.READ: "reading",
    StepKind.CREATE: "creating",
    StepKind.ADOPT: "adopting",
    StepKind.UPDATE: "updating",
    StepKind.RECORD: "recording",
    StepKind.MOVE: "moving",
    StepKind.DELETE: "deleting",
    StepKind.DELETE_OLD: "deleting the old one",
    StepKind.HOLD: "keeping",
    StepKind.FORGET: "forgetting",
    StepKind.PAUSE: "pausing",
    StepKind.RESUME: "resuming",
}

DONE: Mapping[str, str] = {
    StepKind.READ: "read",
    StepKind.CREATE: "created",
    StepKind.ADOPT: "adopted",
    StepKind.UPDATE: "updated",
    StepKind.RECORD: "recorded",
    StepKind.MOVE: "moved",
    StepKind.DELETE: "deleted",
    StepKind.DELETE_OLD: "deleted the old one",
    StepKind.HOLD: "kept",
    StepKind.FORGET: "forgotten",
    StepKind.PAUSE: "paused",
    StepKind.RESUME: "resumed",
}

STYLES: Mapping[str, str] = {
    StepStatus.DONE: "green",
    StepStatus.UNCHANGED: "dim",
    StepStatus.FAILED: "bold red",
    StepStatus.PENDING: "bold yellow",
    StepStatus.SKIPPED: "yellow",
    StepStatus.NOT_ATTEMPTED: "dim",
    StepStatus.INTENT: "yellow",
}


def ended(kind: str, status: str) -> str:
    """What became of a step, in words."""
    if status == StepStatus.DONE:
        return DONE.get(kind, kind)
    if status == StepStatus.UNCHANGED:
        return "turned out unchanged"
    if status == StepStatus.PENDING:
        return f"{kind}, outcome not known"
    if status == StepStatus.FAILED:
        return f"{kind} failed"
    return {StepStatus.NOT_ATTEMPTED: "not attempted", StepStatus.INTENT: "unfinished"}.get(
        StepStatus(status), status
    )


def seconds(value: float) -> str:
    """A time as people say it: ``0.4 s``, ``12 s``, ``3 min 05 s``."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    return f"{int(value) // 60} min {int(value) % 60:02d} s"
