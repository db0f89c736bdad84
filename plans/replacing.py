"""What a replacement means for the number of its object, and for what it depends on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from ..graph.address import Address
from .action import Action
from .change import Change
from .state.records import ResourceRecord


def generation(record: ResourceRecord | None, replacing: bool) -> int:
    """That of the object after the change; one above every object that may still exist."""
    if record is None:
        return 1
    if not replacing:
        return record.generation
    return 1 + max(record.generation, *(d.generation for d in record.deposed), 0)


def warn_of_left_out(
    changes: dict[Address, Change],
    recorded: Mapping[Address, ResourceRecord],
    selected: Collection[Address] | None,
) -> dict[Address, Change]:
    """Say at each replacement who goes on using the old object, because the plan is limited and leaves them out."""
    if selected is None:
        return changes
    replaced = {a for a, change in changes.items() if change.action is Action.REPLACE}
    users: dict[Address, list[str]] = {}
    for address, target in _uses(recorded, selected):
        if target in replaced:
            users.setdefault(target, []).append(str(address))
    for address, found in users.items():
        note = f"left out of this plan, and goes on with what is replaced: {', '.join(sorted(found))}"
        changes[address] = replace(changes[address], notes=(*changes[address].notes, note))
    return changes


def _uses(
    recorded: Mapping[Address, ResourceRecord], selected: Collection[Address]
) -> Iterator[tuple[Address, Address]]:
    """What is left out, and what it stands on."""
    for address, record in recorded.items():
        if address not in selected:
            yield from ((address, target) for target in dict.fromkeys(e.target for e in record.edges))


def inherit_create_first(changes: dict[Address, Change]) -> dict[Address, Change]:
    """A create-first replacement needs its dependencies' replacements create-first too, or the order is a circle.

    ``changes`` are in the order of the graph, what is depended on first.
    """
    for address in reversed(changes):
        change = changes[address]
        if not change.create_first or change.target is None:
            continue
        for target in dict.fromkeys(e.target for e in change.target.edges):
            below = changes.get(target)
            if below is not None and below.action is Action.REPLACE and not below.create_first:
                note = f"created before the old one is destroyed, because {address} is"
                changes[target] = replace(below, create_first=True, notes=(*below.notes, note))
    return changes
