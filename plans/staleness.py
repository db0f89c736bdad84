"""Whether the basis of a plan still holds, change by change. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic
from ..graph.errors import BakehouseError
from .plan import Plan
from .state.records import DeploymentRecord, StepRecord, StepStatus
from .state.store import Snapshot


class StalePlan(BakehouseError):
    """What the plan was made on has moved; nothing was started. Each diagnostic names what moved and who moved it."""


@dataclass(frozen=True)
class Earlier:
    """What former deployments of the very same plan recorded: the newest step of each key, and all row versions."""

    steps: Mapping[str, StepRecord]
    versions: Mapping[Address, frozenset[int | None]]

    @classmethod
    def of(cls, steps: Iterable[StepRecord]) -> Earlier:
        """From the journals of those deployments, oldest first."""
        newest: dict[str, StepRecord] = {}
        versions: dict[Address, set[int | None]] = {}
        for step in steps:
            newest[step.key] = step
            versions.setdefault(step.address, set()).add(step.row_version)
        return cls(newest, {a: frozenset(v) for a, v in versions.items()})

    def done(self, key: str) -> bool:
        """Whether the step was carried out."""
        found = self.steps.get(key)
        return found is not None and found.status in (StepStatus.DONE, StepStatus.UNCHANGED)


def moved(
    plan: Plan, snapshot: Snapshot, earlier: Earlier, deployments: Iterable[DeploymentRecord]
) -> list[Diagnostic]:
    """What of the plan's basis was changed by anybody else since, sorted by address."""
    actors = {d.number: d for d in deployments}
    found: list[Diagnostic] = []
    for address, basis in plan.basis.items():
        record = snapshot.resources.get(address)
        uid, version = (None, None) if record is None else (record.uid, record.row_version)
        if (uid, version) == (basis.uid, basis.row_version) or version in earlier.versions.get(address, ()):
            continue
        by = actors.get(record.deployment) if record is not None else next(iter(actors.values()), None)
        found.append(_diagnostic(address, basis.uid is None, record is None, by))
    return found


def _diagnostic(
    address: Address, was_absent: bool, is_absent: bool, by: DeploymentRecord | None
) -> Diagnostic:
    what = "was removed" if is_absent else "was created" if was_absent else "was changed"
    who = f" by deployment {by.number} of {by.actor}" if by is not None else ""
    return Diagnostic(
        code="stale-plan",
        message=f"{address} {what}{who} since the plan was made",
        address=str(address),
        hint="plan again, look at it, and apply that",
    )
