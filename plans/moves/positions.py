"""Where recorded resources go: the entries of the files one after the other, then what only changed its class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ...graph.address import Address
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, Place, Severity, did_you_mean
from ...graph.identity import resource_uid
from ...graph.resources import ResourceNode
from ..state.records import ResourceRecord
from .entry import Entry

_MOST_NAMED = 3


class Move(Struct, frozen=True):
    """One recorded resource under another address. ``text`` says why in words, ``place`` which line asked for it."""

    source: Address
    target: Address
    text: str
    place: Place | None = None


Moves = Mapping[Address, Move]
"""Moves by the address that they lead to; all of them happen at once."""


def declared(
    entries: Iterable[Entry], recorded: Collection[Address], environment: str | None = None
) -> tuple[Moves, list[Diagnostic]]:
    """What the entries make of ``recorded`` in an environment, and what they cannot do because an address is occupied.

    Entries count in their order, each on what those before it left: so a chain may be written as it grew, and a name
    may be vacated and taken by another. An entry about one address finds it also where a workload's entry took it
    along. One whose source is not there does nothing, and one that would lead onto an occupied address does nothing but
    its diagnostic.
    """
    origins: dict[Address, Address] = {a: a for a in recorded}
    causes: dict[Address, Entry] = {}
    problems: list[Diagnostic] = []
    for entry in entries:
        led = entry.of(origins) or _taken_along(entry, origins, causes)
        occupied = {a: t for a, t in led.items() if t in origins and t not in led and t != a}
        if occupied:
            problems.append(_occupied(entry, occupied, environment))
            continue
        taken = {a: origins.pop(a) for a in led}
        origins.update({led[a]: origin for a, origin in taken.items()})
        causes.update(dict.fromkeys(taken.values(), entry))
    moves = {
        now: Move(origin, now, f"moved from {origin}", causes[origin].place)
        for now, origin in sorted(origins.items())
        if now != origin
    }
    return moves, problems


def after_classes(
    moves: Moves, recorded: Mapping[Address, ResourceRecord], nodes: Mapping[Address, ResourceNode]
) -> Moves:
    """The same, with what is wanted under another class and by the same driver led there, and what nobody wants left.

    A resource is recognised by its type and id, and only where exactly one recorded one of these is wanted no more.
    """
    now = {m.source: m for m in moves.values()}
    left: dict[tuple[str, str], list[Address]] = {}
    for origin in recorded:
        at = now[origin].target if origin in now else origin
        if at not in nodes:
            left.setdefault((at.type, at.id), []).append(origin)
    standing = {now[origin].target if origin in now else origin for origin in recorded}
    for address, node in nodes.items():
        former = left.get((address.type, address.id), ())
        if address in standing or len(former) != 1 or recorded[former[0]].driver != node.driver:
            continue
        now[former[0]] = _reclassed(former[0], node, now.get(former[0]))
    return {m.target: m for m in sorted(now.values(), key=lambda m: m.target) if m.target in nodes}


def returned(
    moves: Moves,
    recorded: Mapping[Address, ResourceRecord],
    nodes: Mapping[Address, ResourceNode],
    environment_uid: str,
) -> Moves:
    """The same, with what is wanted where it was born, and no longer where it went since, led back there.

    So a rename that is undone, by a rollback or by older files, takes back what it moved instead of making it anew.
    """
    now = {m.source: m for m in moves.values()}
    left = {r.uid: origin for origin, r in recorded.items() if origin not in now and origin not in nodes}
    births = {recorded[origin].birth for origin in left.values()}
    taken = {now[origin].target if origin in now else origin for origin in recorded}
    for home, node in nodes.items():
        uids = (resource_uid(environment_uid, home, birth) for birth in births if home not in taken)
        origin = next((left[uid] for uid in uids if uid in left), None)
        if origin is not None:
            place = node.causes[0] if node.causes else node.definition.place
            now[origin] = Move(origin, home, f"moved back from {origin}, its first address", place)
    return {m.target: m for m in sorted(now.values(), key=lambda m: m.target)}


def misled(
    entries: Iterable[Entry], moves: Moves, final: Moves, nodes: Mapping[Address, ResourceNode]
) -> list[Diagnostic]:
    """The entries that would lead something recorded to where nothing is asked for: most likely a slip of the pen.

    ``moves`` are those of the entries, ``final`` what :func:`after_classes` left of them.
    """
    workloads = [a.id for a in nodes if a.type == "workload"]
    kept = {m.source for m in final.values()}
    lost = {m.place: m for m in moves.values() if m.source not in kept}
    found: list[Diagnostic] = []
    for entry in entries:
        move = lost.get(entry.place)
        if move is None or (entry.of_workload and entry.target in workloads):
            continue
        known = workloads if entry.of_workload else [str(a) for a in nodes if a != move.source]
        name = entry.target if entry.of_workload else str(move.target)
        what = f"workload {entry.source}" if entry.of_workload else str(move.source)
        message = f"{what} is recorded and would move to {name}, which the application does not ask for"
        nearest = did_you_mean(name, known, noun="asked for")
        hint = f"{nearest}{'' if nearest.endswith('?') else '.'} Or take the entry out, to let it go"
        found.append(Diagnostic("moved-to-nothing", message, place=entry.place, address=name, hint=hint))
    return found


def reused(moves: Moves, nodes: Mapping[Address, ResourceNode]) -> list[Diagnostic]:
    """A warning for each old address at which something new is asked for: its entry works once, and then is in the way."""
    return [
        Diagnostic(
            "moved-and-reused",
            f"{m.source} moves to {m.target}, and something new is asked for at the old address",
            Severity.WARNING,
            place=m.place,
            address=str(m.source),
            hint="that is made anew; take the entry out once every environment was applied",
        )
        for m in moves.values()
        if m.source in nodes and m.source not in moves
    ]


def _taken_along(
    entry: Entry, origins: Mapping[Address, Address], causes: Mapping[Address, Entry]
) -> dict[Address, Address]:
    """The move of an address whose resource the entry of its workload took along before."""
    if entry.of_workload:
        return {}
    source = Address.parse(entry.source)
    cause = causes.get(source)
    if cause is None or not cause.of_workload:
        return {}
    return {now: Address.parse(entry.target) for now, origin in origins.items() if origin == source}


def _occupied(entry: Entry, occupied: Mapping[Address, Address], environment: str | None) -> Diagnostic:
    pairs = [f"{a} to {t}" for a, t in occupied.items()]
    more = f" and {len(pairs) - _MOST_NAMED} more" if len(pairs) > _MOST_NAMED else ""
    what = f"workload {entry.source} cannot be renamed: " if entry.of_workload else ""
    first = next(iter(occupied.values()))
    return Diagnostic(
        "moved-onto-occupied",
        f"{what}{', '.join(pairs[:_MOST_NAMED])}{more} cannot move: both are recorded, and each holds something of its own",
        place=entry.place,
        address=str(first),
        hint="if it was carried out before, take the entry out; else free the new address first: drop what is there, "
        "or move it elsewhere",
        next=command("state", "show", str(first), environment=environment),
    )


def _reclassed(origin: Address, node: ResourceNode, before: Move | None) -> Move:
    text = f"class changed from {origin.class_} to {node.address.class_}: moved from {origin}"
    place = node.causes[0] if node.causes else node.definition.place
    if before is None:
        return Move(origin, node.address, text, place)
    return replace(before, target=node.address, text=text)
