"""The deployments of an environment, newest first. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..state.records import DeploymentRecord, EnvironmentRecord
from .deployment import head


def history(environment: EnvironmentRecord, deployments: Iterable[DeploymentRecord]) -> dict[str, Any]:
    """The document of all deployments, in the order given."""
    return {
        "format": 1,
        "kind": "history",
        "application": environment.application,
        "environment": environment.name,
        "deployments": [head(d) for d in deployments],
    }
