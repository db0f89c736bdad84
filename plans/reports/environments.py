"""The environments of an application. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...graph.values import display
from ..state.records import DeploymentRecord, EnvironmentRecord


def environments(
    application: str, found: Iterable[tuple[EnvironmentRecord, DeploymentRecord | None]]
) -> dict[str, Any]:
    """The document of environments, each with its last deployment."""
    return {
        "format": 1,
        "kind": "environments",
        "application": application,
        "environments": [environment(record, last) for record, last in found],
    }


def environment(record: EnvironmentRecord, last: DeploymentRecord | None = None) -> dict[str, Any]:
    """One environment; secret variables as ``***``."""
    return {
        "name": record.name,
        "application": record.application,
        "type": record.type,
        "uid": record.uid,
        "created": record.created,
        "serial": record.serial,
        "variables": display(record.variables),
        "images": dict(record.images),
        "expires": record.expires,
        "paused": record.paused,
        "note": record.note,
        "last_deployment": None if last is None else {"number": last.number, "status": last.status.value},
    }
