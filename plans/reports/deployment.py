"""One deployment with what became of each step: the result of an apply, and ``show N``. Format version 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..state.records import DeploymentRecord, EnvironmentRecord, StepRecord, StepStatus


def deployment(
    environment: EnvironmentRecord,
    record: DeploymentRecord,
    steps: Iterable[StepRecord],
    *,
    resume: str | None = None,
) -> dict[str, Any]:
    """The document of a deployment; ``resume`` is the command that carries on, where there is something left to do now."""
    told = [_step(s) for s in steps]
    done = Counter(s["step"] for s in told if s["status"] == StepStatus.DONE)
    unchanged = sum(1 for s in told if s["status"] == StepStatus.UNCHANGED)
    return {
        "format": 1,
        "kind": "deployment",
        "application": environment.application,
        "environment": environment.name,
        "environment_uid": environment.uid,
        **head(record),
        "done": dict(sorted(done.items())),
        "unchanged": unchanged,
        "steps": told,
        "resume": resume,
    }


def head(record: DeploymentRecord) -> dict[str, Any]:
    """A deployment without its steps."""
    return {
        "number": record.number,
        "operation": record.kind,
        "status": record.status.value,
        "started": record.started,
        "ended": record.ended,
        "seconds": elapsed(record.started, record.ended),
        "actor": record.actor,
        "plan_digest": record.plan_digest,
        "catalog": record.catalog_revision,
        "commit": record.commit,
        "images": dict(record.images),
        "counts": dict(record.counts),
        "reason": record.reason,
        "rolled_back_to": record.rolled_back_to,
    }


def elapsed(started: str, ended: str | None) -> float | None:
    """Seconds between two ISO 8601 instants; None while there is no end."""
    if ended is None:
        return None
    try:
        return round((datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds(), 3)
    except (ValueError, TypeError):
        return None


def _step(record: StepRecord) -> dict[str, Any]:
    detail: Mapping[str, Any] = record.detail
    return {
        "address": str(record.address),
        "step": record.kind,
        "status": record.status.value,
        "at": record.at,
        "seconds": record.seconds,
        "message": detail.get("message"),
        "because": detail.get("because"),
        "hint": detail.get("hint"),
        "definition": detail.get("definition"),
        "detail": dict(detail),
    }
