"""What became of several environments that one command went through. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ..state.records import EnvironmentRecord


class Fate(StrEnum):
    """What became of one environment."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    KEPT = "kept"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_ATTEMPTED = "not-attempted"


class Stop(Struct, frozen=True):
    """One environment on the way: its fate, the number of its deployment, and a word about why."""

    environment: EnvironmentRecord
    fate: Fate
    deployment: int | None = None
    why: str | None = None


def rollout(stops: Iterable[Stop], resume: str | None) -> dict[str, Any]:
    """The document; ``resume`` is the command that carries on, where there is something left."""
    return {"format": 1, "kind": "rollout", "environments": [_stop(s) for s in stops], "resume": resume}


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "application": stop.environment.application,
        "environment": stop.environment.name,
        "type": stop.environment.type,
        "result": stop.fate.value,
        "deployment": stop.deployment,
        "why": stop.why,
    }
