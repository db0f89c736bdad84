"""The verb *env delete --expired*: which environments go, and which cannot."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.command import command
from ...graph.diagnostics import Diagnostic
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot, StateReader


def expired(reader: StateReader, now: str, application: str | None = None) -> tuple[EnvironmentRecord, ...]:
    """The environments (of one application) whose time is over, those that it was over for longest first."""
    found = [e for e in reader.environments(application) if e.expired(now)]
    return tuple(sorted(found, key=lambda e: (e.expires or "", e.application, e.name)))


def obstacles(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Why an expired environment stays as it is: each adopted resource that still lives in it."""
    environment = snapshot.environment
    for address, record in sorted(snapshot.resources.items()):
        if record.adopted and record.ever_created:
            yield Diagnostic(
                "expired-holds-adopted",
                f"{environment.name} is expired since {environment.expires}, and stays: it holds {address}, "
                "which was adopted and is not Bakehouse's to destroy",
                address=str(address),
                hint="take the resource out of the environment first, or allow that it goes",
                next=command(
                    "env",
                    "delete",
                    environment.name,
                    "--allow-destroy",
                    str(address),
                    "--confirm",
                    environment.name,
                ),
            )
