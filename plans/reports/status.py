"""What an environment is doing: what is recorded and, where drivers can tell at once, whether it runs. Format version 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...graph.address import Address
from ..state.records import DeploymentRecord, Lease, ResourceRecord
from ..state.store import Snapshot
from .deployment import head
from .environments import standing
from .listing import brief
from .outputs import url_of, urls


def status(
    snapshot: Snapshot,
    running: Mapping[Address, tuple[bool, str]],
    last: DeploymentRecord | None,
    lease: Lease | None,
    now: str,
) -> dict[str, Any]:
    """The document of an environment as of ``now``; ``running`` answers for resources whose driver can tell."""
    environment = snapshot.environment
    return {
        "format": 1,
        "kind": "status",
        "application": environment.application,
        "environment": environment.name,
        "type": environment.type,
        "serial": environment.serial,
        **standing(environment, now),
        "last_deployment": None if last is None else head(last),
        "lease": None if lease is None else holder(lease),
        "urls": urls(snapshot),
        "resources": [_resource(r, running.get(a)) for a, r in sorted(snapshot.resources.items())],
    }


def holder(lease: Lease) -> dict[str, Any]:
    """Who holds an environment, since when and until when."""
    return {
        "actor": lease.holder.actor,
        "host": lease.holder.host,
        "pid": lease.holder.pid,
        "purpose": lease.holder.purpose,
        "since": lease.acquired,
        "expires": lease.expires,
    }


def _resource(record: ResourceRecord, running: tuple[bool, str] | None) -> dict[str, Any]:
    runs, detail = (None, "") if running is None else running
    return {**brief(record), "running": runs, "detail": detail, "url": url_of(record)}
