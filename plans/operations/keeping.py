"""The verbs *state rm* and *state unlock*: records forgotten, and leases taken away, by hand. No object is touched."""

from __future__ import annotations

from collections.abc import Collection

from ...graph.address import Address
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, Severity
from ...graph.errors import InvalidInput
from ..state.holder import current_holder
from ..state.records import EnvironmentRecord, Lease
from ..state.store import Ending, Snapshot, Write
from .workbench import Workbench


def forget(
    bench: Workbench, environment: EnvironmentRecord, addresses: Collection[Address], wait: float = 0.0
) -> None:
    """Forget the records at these addresses, all of them or none; their objects stay, and their births stay counted.

    A backup is written first. Raises InvalidInput where nothing is recorded at one, LeaseHeld, Referred where another
    environment reads one, StateError.
    """
    holder = current_holder(bench.actor, "bakehouse state rm")
    with bench.store.hold(environment.uid, holder, wait=wait) as writer:
        recorded = bench.store.reader().snapshot(environment.uid).resources
        missing = [a for a in addresses if a not in recorded]
        if missing:
            raise InvalidInput(Diagnostic("unknown-address", f"there is no resource {a}") for a in missing)
        bench.store.backup()
        writer.commit([Write(remove=a, ending=Ending(recorded[a].uid)) for a in addresses])


def left_alone(snapshot: Snapshot, addresses: Collection[Address]) -> list[Diagnostic]:
    """A warning for each that other recorded resources would go on depending on."""
    found: list[Diagnostic] = []
    for address in addresses:
        users = [a for a, r in snapshot.resources.items() if any(e.target == address for e in r.edges)]
        users = sorted(a for a in users if a not in addresses)
        if users:
            names = ", ".join(str(a) for a in users[:5]) + (", …" if len(users) > 5 else "")
            message = f"{address} is used by {names}, which stay recorded"
            hint = "forget these, too, or apply: what is asked for is made anew"
            found.append(
                Diagnostic("edge-to-nothing", message, Severity.WARNING, address=str(address), hint=hint)
            )
    return found


def unlock(bench: Workbench, environment: EnvironmentRecord, lease: Lease) -> None:
    """Take away exactly this lease: whatever its holder wants to write from now on is refused.

    What its holder does in other systems goes on; the next apply leaves what it may still be at work on alone until that
    is surely over. Raises InvalidInput where the environment is not held by this lease any more.
    """
    if bench.store.unlock(environment.uid, lease.fence) is None:
        message = (
            f"{environment.name} is not held by process {lease.holder.pid} on {lease.holder.host} any more"
        )
        raise InvalidInput(
            Diagnostic("lease-ended", message, next=command("status", environment=environment.name))
        )
