"""Results of deployments written by hand, for what people read."""

from typing import Any

from bakehouse.graph.address import Address
from bakehouse.plans.reports.deployment import deployment
from bakehouse.plans.state.records import (
    DeploymentRecord,
    DeploymentStatus,
    EnvironmentRecord,
    StepRecord,
    StepStatus,
)

AT = "2026-01-01T00:00:00Z"
ENVIRONMENT = EnvironmentRecord("00000000-0000-0000-0000-000000000001", "shop", "local", "local", AT)


def step(address: str, kind: str, status: StepStatus, **detail: object) -> StepRecord:
    """What became of a step that took half a second."""
    return StepRecord(3, f"{address}/{kind}", Address.parse(address), kind, status, AT, 0.5, None, detail)


def result(
    status: DeploymentStatus, *steps: StepRecord, resume: str | None = None, **more: Any
) -> dict[str, Any]:
    """The document of deployment 3 of the environment local of shop, which took 8.24 seconds."""
    ended = None if status is DeploymentStatus.RUNNING else "2026-01-01T00:00:08.240Z"
    facts: dict[str, Any] = {"kind": "apply", "plan_digest": "digest", "actor": "me", "ended": ended, **more}
    record = DeploymentRecord(number=3, status=status, started=AT, **facts)
    return deployment(ENVIRONMENT, record, steps, resume=resume)
