"""What others changed of all that is recorded in an environment. Format version 1. Secrets stand as ``***``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..drift import Finding, Live, Lives
from ..report import difference
from ..state.records import ResourceRecord
from ..state.store import Snapshot


def drift(snapshot: Snapshot, lives: Lives, now: str) -> dict[str, Any]:
    """The document of a look at an environment, made at the instant ``now``; sorted by address."""
    environment = snapshot.environment
    counts = Counter(live.finding for live in lives.values())
    return {
        "format": 1,
        "kind": "drift",
        "application": environment.application,
        "environment": {"name": environment.name, "type": environment.type, "uid": environment.uid},
        "paused": environment.paused,
        "serial": environment.serial,
        "read": now,
        "drifted": any(live.finding.is_drift for live in lives.values()),
        "summary": {finding.value: counts[finding] for finding in Finding},
        "resources": [_resource(snapshot.resources[a], live) for a, live in lives.items()],
    }


def _resource(record: ResourceRecord, live: Live) -> dict[str, Any]:
    return {
        "address": str(record.address),
        "driver": record.driver,
        "status": record.status.value,
        "finding": live.finding.value,
        "said": list(live.said),
        "diffs": [difference(d) for d in live.diffs],
    }
