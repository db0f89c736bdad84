"""What moves do to the records: the same resources under other addresses, and every edge that names one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ...graph.address import Address
from ..change import Change
from ..state.records import ResourceRecord
from ..state.store import Snapshot, Write

Places = Mapping[Address, Address]
"""New addresses by old ones."""


class Collision(Struct, frozen=True):
    """A move that leads onto a resource which stays where it is."""

    source: Address
    target: Address


def places_of(changes: Iterable[Change]) -> dict[Address, Address]:
    """The moves that the changes of a plan ask for."""
    return {c.moved_from: c.address for c in changes if c.moved_from is not None}


def due(changes: Iterable[Change], snapshot: Snapshot) -> dict[Address, Address]:
    """Those of the moves whose resource still stands at its old address."""
    found: dict[Address, Address] = {}
    for change in changes:
        record = None if change.moved_from is None else snapshot.resources.get(change.moved_from)
        if record is not None and record.uid == change.uid:
            found[record.address] = change.address
    return found


def collisions(snapshot: Snapshot, places: Places) -> list[Collision]:
    """The moves that cannot be, because something that does not move is there."""
    return [Collision(a, t) for a, t in places.items() if t in snapshot.resources and t not in places]


def relocated(snapshot: Snapshot, places: Places) -> Snapshot:
    """The snapshot after these moves, all at once; raises ValueError where two would come to one address.

    Births are as they were: what was born at an old address counts there for ever.
    """
    if not places:
        return snapshot
    moved = {r.address: r for _, r in _after(snapshot, places)}
    if len(moved) != len(snapshot.resources):
        raise ValueError("two resources would come to one address")
    return replace(snapshot, resources=dict(sorted(moved.items())))


def writes_of(snapshot: Snapshot, places: Places) -> list[Write]:
    """The writes of these moves, for one commit: the moved rows, and those of which only an edge is renamed.

    The deployment that a record names stays: it tells which run may have left an object behind.
    """
    found: list[Write] = []
    for before, record in _after(snapshot, places):
        if record is not before:
            written = replace(record, row_version=before.row_version + 1)
            source = before.address if record.address != before.address else None
            found.append(Write(put=written, moved_from=source))
    return found


def _after(snapshot: Snapshot, places: Places) -> Iterator[tuple[ResourceRecord, ResourceRecord]]:
    for address, record in snapshot.resources.items():
        edges = record.edges
        if any(e.target in places for e in edges):
            edges = tuple(replace(e, target=places.get(e.target, e.target)) for e in edges)
        asked_by = tuple(places.get(a, a) for a in record.asked_by)
        if address in places or edges is not record.edges or asked_by != record.asked_by:
            moved = places.get(address, address)
            yield record, replace(record, address=moved, edges=edges, asked_by=asked_by)
        else:
            yield record, record
