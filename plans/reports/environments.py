"""The environments of an application. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...graph.values import display
from ..state.records import DeploymentRecord, EnvironmentRecord


def environments(
    application: str, found: Iterable[tuple[EnvironmentRecord, DeploymentRecord | None]], now: str
) -> dict[str, Any]:
    """The document of environments as of ``now``, each with its last deployment."""
    return {
        "format": 1,
        "kind": "environments",
        "application": application,
        "environments": [environment(record, now, last) for record, last in found],
    }


def environment(record: EnvironmentRecord, now: str, last: DeploymentRecord | None = None) -> dict[str, Any]:
    """One environment as of ``now``; secret variables as ``***``."""
    return {
        "name": record.name,
        "application": record.application,
        "type": record.type,
        "uid": record.uid,
        "created": record.created,
        "serial": record.serial,
        "variables": display(record.variables),
        "images": dict(record.images),
        **standing(record, now),
        "copied_from": None
        if record.seed is None
        else {"environment": record.seed.environment, "deployment": record.seed.deployment},
        "last_deployment": None if last is None else {"number": last.number, "status": last.status.value},
    }


def standing(record: EnvironmentRecord, now: str) -> dict[str, Any]:
    """How an environment stands: whether it is expired, paused, rolled back."""
    return {
        "expires": record.expires,
        "expired": record.expired(now),
        "paused": record.paused,
        "rolled_back_to": None if record.rolled_back is None else record.rolled_back.to,
        "note": record.note,
    }
