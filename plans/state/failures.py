"""How the state's failures are told: one constructor for every kind, with a stable code and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...graph.diagnostics import Diagnostic
from .backup import backup_folder, newest_backup
from .records import Lease, Referrer
from .store import BasisMoved, LeaseHeld, LeaseLost, OwnerGone, Referred, StateError


def state_error(code: str, message: str, hint: str | None = None, next: str | None = None) -> StateError:  # noqa: A002 - named like the field of Diagnostic
    """A StateError with one diagnostic."""
    return StateError(Diagnostic(code, message, hint=hint, next=next))


def damaged(code: str, path: Path, message: str) -> StateError:
    """A StateError about the file at ``path`` whose hint says how to go back to the newest backup."""
    return state_error(code, message, recovery(path))


def recovery(path: Path) -> str:
    """What to do when the state at ``path`` cannot be used: the newest backup, or that there is none."""
    backup = newest_backup(path)
    if backup is not None:
        return (
            f"the newest backup is {backup}: remove {path.name}-wal and {path.name}-shm if they are there, "
            f"copy it over {path}, and run again with --accept-new-state"
        )
    return (
        f"no backup lies in {backup_folder(path)}; put the file back from a copy of your own. To give up what it "
        "recorded: move away what is left of it, then 'bakehouse init --accept-new-state'"
    )


def lease_held(environment: str, lease: Lease) -> LeaseHeld:
    """Another process holds the environment."""
    who = lease.holder
    return LeaseHeld(
        Diagnostic(
            "lease-held",
            f"environment {environment} is held by {who.actor} ({who.purpose}) on {who.host}, process {who.pid}, "
            f"since {lease.acquired}, until {lease.expires} unless extended",
            hint="wait for it with --wait 60s; a holder that died lets go when its lease runs out",
        ),
        lease,
    )


def lease_lost(environment: str, fence: int, current: Lease | None) -> LeaseLost:
    """The fence of a write is no longer the environment's."""
    by = ""
    if current is not None:
        who = current.holder
        by = f" by {who.actor} ({who.purpose}) on {who.host}, process {who.pid}, since {current.acquired}"
    return LeaseLost(
        Diagnostic(
            "lease-lost",
            f"environment {environment} was taken over{by}; this run's lease number {fence} is no longer valid "
            "and nothing more was written",
            hint="run the command again: it plans from what is recorded now",
        )
    )


def basis_moved(address: str, expected: int, found: int | None) -> BasisMoved:
    """A row is not at the version that a write expected."""
    state = "is not recorded" if found is None else f"is recorded at version {found}"
    return BasisMoved(
        Diagnostic(
            "basis-moved",
            f"{address} {state}, and version {expected} was expected; nothing of this step was written",
            address=address,
            hint="somebody else changed it meanwhile: plan again",
        )
    )


def amendment_moved(environment: str) -> BasisMoved:
    """Somebody else amended an environment's record since it was read."""
    return BasisMoved(
        Diagnostic(
            "environment-moved",
            f"environment {environment} was changed by somebody else in between; nothing was written",
            hint="run the command again",
        )
    )


def referred(found: Sequence[Referrer]) -> Referred:
    """Something that was to end is read from elsewhere, and nobody agreed to that."""
    names = ", ".join(str(r) for r in found[:5]) + (", …" if len(found) > 5 else "")
    return Referred(
        Diagnostic(
            "referred-to",
            f"what is to be deleted or replaced is read by {names}, which came after the plan was made",
            hint="plan again, and look at who reads it",
        )
    )


def owner_gone(address: str) -> OwnerGone:
    """What a new reference reads vanished while it was recorded."""
    return OwnerGone(
        Diagnostic(
            "owner-gone",
            f"what {address} reads is being deleted, or is not recorded any more; nothing of this step was written",
            address=address,
            hint="plan again",
        )
    )
