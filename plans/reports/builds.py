"""Builds, and which environments take them. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..operations.builds import Notified, Selection
from ..report import diagnostic
from ..state.builds import BuildRecord


def notification(found: Notified) -> dict[str, Any]:
    """The document of one notification."""
    return {
        "format": 1,
        "kind": "build",
        "recorded": found.is_new,
        "build": build(found.build),
        "environments": [_selection(s) for s in found.selections],
        "remarks": [diagnostic(d) for d in found.remarks],
    }


def builds(application: str, found: Iterable[BuildRecord]) -> dict[str, Any]:
    """The document of an application's builds, in the order given."""
    return {"format": 1, "kind": "builds", "application": application, "builds": [build(b) for b in found]}


def build(found: BuildRecord) -> dict[str, Any]:
    """One build."""
    return {
        "id": found.id,
        "application": found.application,
        "workload": found.workload,
        "container": found.container,
        "image": found.image,
        "ref": found.ref,
        "commit": found.commit,
        "number": found.number,
        "built": found.built,
        "received": found.received,
        "actor": found.actor,
    }


def _selection(found: Selection) -> dict[str, Any]:
    return {
        "environment": found.environment.name,
        "type": found.environment.type,
        "then": "deploy" if found.deploy else "record",
        "effect": found.effect.value,
        "counts": found.counts,
    }
