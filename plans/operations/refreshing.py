"""The verb *drift*, and what plans and applies take from it: looks at every recorded object. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, Severity
from ..access import SecretAccess
from ..drift import Finding, Live, Lives
from ..live import Observer, look_at_all
from ..plan import Plan
from ..probe import Probe
from ..staleness import Earlier, StalePlan
from ..state.records import EnvironmentRecord, ResourceRecord, ResourceStatus
from ..state.store import Snapshot
from .workbench import Workbench

_MIDWAY = (ResourceStatus.TAINTED, ResourceStatus.PENDING)
_UNFINISHED = Live(
    Finding.UNREAD, said=("its last operation did not come to its end; the next apply settles it",)
)


def drift(bench: Workbench, snapshot: Snapshot, parallelism: int) -> Lives:
    """How every recorded object of an environment stands to its record.

    One whose last operation did not come to its end counts as not read: nothing says yet how it should be.
    """
    environment = snapshot.environment
    found = look(bench, environment, snapshot.resources, bench.secrets(environment, False), parallelism)
    left = {a: _UNFINISHED for a, r in snapshot.resources.items() if r.owner is None and r.status in _MIDWAY}
    return dict(sorted({**left, **found}.items()))


def look(
    bench: Workbench,
    environment: EnvironmentRecord,
    resources: Mapping[Address, ResourceRecord],
    secrets: SecretAccess,
    parallelism: int,
) -> Lives:
    """How these objects stand to their records."""
    probe = Probe(bench.drivers, bench.workspace(environment))
    observer = Observer(probe, secrets, environment.paused)
    found = look_at_all(observer, [replace(r, address=a) for a, r in resources.items()], parallelism)
    return dict(sorted(found.items()))


def unread(lives: Lives) -> tuple[Diagnostic, ...]:
    """A warning for each object that could not be read: nothing of the plan answers to what happened to it."""
    return tuple(
        Diagnostic(
            "not-read", f"{a} could not be read: {'; '.join(live.said)}", Severity.WARNING, address=str(a)
        )
        for a, live in lives.items()
        if live.finding is Finding.UNREAD
    )


def refuse_moved(
    bench: Workbench,
    plan: Plan,
    snapshot: Snapshot,
    secrets: SecretAccess,
    parallelism: int,
    earlier: Earlier,
) -> None:
    """Raise StalePlan where an object that the plan was made on is not as it was found then.

    What this very plan has changed already, in a deployment that did not come to its end, is not looked at.
    """
    seen = {a: b.live for a, b in plan.basis.items() if b.live is not None and a not in earlier.touched}
    if not seen:
        return
    records = {a: r for a, r in snapshot.resources.items() if a in seen}
    lives = look(bench, snapshot.environment, records, secrets, parallelism)
    differing = _differing(seen, lives)
    if differing:
        raise StalePlan(_moved(a, lives.get(a)) for a in differing)


def _differing(seen: Mapping[Address, str], lives: Lives) -> Collection[Address]:
    return [a for a, digest in seen.items() if a not in lives or lives[a].digest != digest]


def _moved(address: Address, live: Live | None) -> Diagnostic:
    unreadable = live is None or live.finding is Finding.UNREAD
    what = "cannot be read any more" if unreadable else "was changed outside since the plan was made"
    said = f": {'; '.join(live.said)}" if live is not None and live.said else ""
    hint = "plan again with --refresh, look at it, and apply that"
    return Diagnostic("stale-plan", f"{address} {what}{said}", address=str(address), hint=hint)
