"""A plan from its parts: the wanted changes, the removals, and the basis that both hold on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic
from ..graph.resources import Candidate, ProfileUse
from .action import Action
from .change import Basis, Change, ReadBasis, Reason, Why, of_record
from .drift import Live, Lives
from .moves import Move, Moves
from .order import ties
from .plan import Origin, Plan
from .removal import Removals, remove
from .state.records import ResourceStatus
from .state.store import Snapshot


class Parts(Struct, frozen=True):
    """What a plan is made of; ``snapshot`` is seen after the ``moves``.

    ``wanted`` are the addresses that stay, ``reads`` what the references among them read, ``live`` what was looked at.
    """

    snapshot: Snapshot
    store_id: str
    origin: Origin
    rules: Removals
    changes: Mapping[Address, Change] = field(default_factory=dict[Address, Change])
    unchanged: int = 0
    wanted: Collection[Address] = ()
    selected: Collection[Address] | None = None
    moves: Moves = field(default_factory=dict[Address, Move])
    remarks: tuple[Diagnostic, ...] = ()
    traces: Mapping[Address, tuple[Candidate, ...]] = field(
        default_factory=dict[Address, tuple[Candidate, ...]]
    )
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    reads: Mapping[Address, ReadBasis] = field(default_factory=dict[Address, ReadBasis])
    live: Lives = field(default_factory=dict[Address, Live])
    profiles: Mapping[Address, tuple[ProfileUse, ...]] = field(
        default_factory=dict[Address, tuple[ProfileUse, ...]]
    )


def assemble(parts: Parts) -> Plan:
    """The plan; a removal that something held still needs is held too."""
    recorded = parts.snapshot.resources
    changes = {**parts.changes, **removals(parts)}
    changes |= {a: _moving(m, parts.snapshot) for a, m in parts.moves.items() if a not in changes}
    former = {a: tuple(dict.fromkeys(e.target for e in r.edges)) for a, r in recorded.items()}
    environment = parts.snapshot.environment
    basis = _basis(changes, parts)
    return Plan(
        application=environment.application,
        environment=environment.name,
        environment_uid=environment.uid,
        environment_type=environment.type,
        store_id=parts.store_id,
        changes=changes,
        ties=ties(changes, former),
        basis=basis,
        unchanged=parts.unchanged,
        origin=parts.origin,
        destroy=parts.rules.everything,
        remarks=parts.remarks,
        traces=parts.traces,
        blobs=parts.blobs,
        profiles=parts.profiles,
        reads={a: read for a, read in parts.reads.items() if a in basis},
    )


def removals(parts: Parts) -> dict[Address, Change]:
    """What happens to what is recorded and not wanted any more."""
    wanted = set(parts.wanted)
    gone = {
        a: remove(r, parts.rules)
        for a, r in sorted(parts.snapshot.resources.items())
        if a not in wanted and (parts.selected is None or a in parts.selected)
    }
    needed = [a for a, c in gone.items() if c.action is Action.HOLD]
    while needed:
        holder = needed.pop()
        for edge in parts.snapshot.resources[holder].edges:
            below = gone.get(edge.target)
            if below is not None and below.action in (Action.DELETE, Action.RETAIN):
                why = Reason(Why.KEPT, f"needed by {holder}, which is protected")
                gone[edge.target] = replace(below, action=Action.HOLD, reasons=(*below.reasons, why))
                needed.append(edge.target)
    return {a: _moved(_settled(c, parts.snapshot), parts.moves) for a, c in gone.items()}


def _moving(move: Move, snapshot: Snapshot) -> Change:
    """The move of a resource that is otherwise left out of the plan."""
    record = snapshot.resources[move.target]
    return replace(
        of_record(record, Action.NO_OP, Reason(Why.MOVED, move.text, move.place)),
        before=record.inputs,
        outputs=record.outputs,
        record_only=True,
        moved_from=move.source,
    )


def _settled(change: Change, snapshot: Snapshot) -> Change:
    """Holding what is held already changes nothing, not even the record."""
    held = snapshot.resources[change.address].status is ResourceStatus.ORPHANED
    return replace(change, record_only=True) if held and change.action is Action.HOLD else change


def _moved(change: Change, moves: Mapping[Address, Move]) -> Change:
    """A removal of what is to move first, because the application has an entry for it and asks for it no more."""
    move = moves.get(change.address)
    return change if move is None else replace(change, moved_from=move.source)


def _basis(changes: Mapping[Address, Change], parts: Parts) -> dict[Address, Basis]:
    concerned = dict.fromkeys(changes)
    for change in changes.values():
        if change.target is not None:
            concerned.update(dict.fromkeys(e.target for e in change.target.edges))
    found: dict[Address, Basis] = {}
    for address in sorted(concerned):
        record, live = parts.snapshot.resources.get(address), parts.live.get(address)
        seen = None if live is None else live.digest
        found[address] = Basis(None, None) if record is None else Basis(record.uid, record.row_version, seen)
    return found
