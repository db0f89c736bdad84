"""Whether the basis of a plan still holds, change by change. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic
from ..graph.errors import BakehouseError
from .change import Basis
from .plan import Plan
from .state.records import DeploymentRecord, StepRecord, StepStatus
from .state.store import Snapshot


class StalePlan(BakehouseError):
    """What the plan was made on has moved; nothing was started. Each diagnostic names what moved and who moved it."""


class Earlier(Struct, frozen=True):
    """What former deployments of the very same plan have done since it was made, and what of that is there still.

    ``touched`` are the resources that stand as one of them left them, ``lost`` those that they made and that are recorded
    no more, ``carried`` the keys of the steps that need not be done again.
    """

    touched: frozenset[Address] = frozenset()
    lost: frozenset[Address] = frozenset()
    carried: frozenset[str] = frozenset()

    @classmethod
    def of(cls, steps: Iterable[StepRecord], plan: Plan, snapshot: Snapshot) -> Earlier:
        """From the journals of those deployments, oldest first.

        A plan that was made again, after they ended, may say the same and have the same digest: what it was made on counts,
        so that a thing which has to be done once more is done.
        """
        newest: dict[str, StepRecord] = {}
        versions: dict[Address, set[int | None]] = {}
        for step in steps:
            newest[step.key] = step
            versions.setdefault(step.address, set()).add(step.row_version)
        touched = frozenset(a for a, known in versions.items() if _stands(plan, snapshot, a, known))
        lost = frozenset(a for a, known in versions.items() if _is_lost(plan, snapshot, a, known))
        carried = (key for key, step in newest.items() if step.address in touched and _is_done(step, plan))
        return cls(touched, lost, frozenset(carried))

    def done(self, key: str) -> bool:
        """Whether the step was carried out."""
        return key in self.carried


def _stands(plan: Plan, snapshot: Snapshot, address: Address, versions: Collection[int | None]) -> bool:
    """Whether a resource is as one of these versions left it, which the plan was not made on."""
    record, basis = snapshot.resources.get(address), plan.basis.get(address, Basis(None, None))
    if record is None:
        return None in versions and basis.uid is not None
    change = plan.changes.get(address)
    same = record.uid == (basis.uid if change is None else change.uid)
    return same and record.row_version in versions and record.row_version > (basis.row_version or 0)


def _is_lost(plan: Plan, snapshot: Snapshot, address: Address, versions: Collection[int | None]) -> bool:
    basis = plan.basis.get(address, Basis(None, None))
    return address not in snapshot.resources and basis.uid is None and versions != {None}


def _is_done(step: StepRecord, plan: Plan) -> bool:
    basis = plan.basis.get(step.address, Basis(None, None))
    since = step.row_version is None or step.row_version > (basis.row_version or 0)
    return since and step.status in (StepStatus.DONE, StepStatus.UNCHANGED)


def moved(
    plan: Plan, snapshot: Snapshot, earlier: Earlier, deployments: Iterable[DeploymentRecord]
) -> list[Diagnostic]:
    """What of the plan's basis was changed by anybody else since, sorted by address."""
    actors = {d.number: d for d in deployments}
    found: list[Diagnostic] = []
    for address, basis in plan.basis.items():
        record = snapshot.resources.get(address)
        uid, version = (None, None) if record is None else (record.uid, record.row_version)
        same = (uid, version) == (basis.uid, basis.row_version) and address not in earlier.lost
        if same or address in earlier.touched:
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
