"""The order in which a person reads changes: consequences below their causes, many alike edits as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

Document = Mapping[str, Any]

ALIKE = 20
"""More similar changes than this are told as one group."""

_UPSTREAM = "upstream-may-change"


class Cause(Struct):
    """A change and the changes that follow from it alone."""

    change: Document
    consequences: list[Document] = field(default_factory=list[Document])


class Group(Struct, frozen=True):
    """Similar changes: same action, type, definition, kind of reason, the same properties, and the same objects below."""

    members: Sequence[Document]


def causes(changes: Iterable[Document]) -> list[Cause]:
    """The changes in their order, each that only follows from another one below that one."""
    found = {c["address"]: c for c in changes}
    told: dict[str, Cause] = {}
    for address, change in found.items():
        root = _root(change, found)
        if root == address:
            told.setdefault(root, Cause(change))
    for address, change in found.items():
        root = _root(change, found)
        if root != address:
            told[root].consequences.append(change)
    return list(told.values())


def _root(change: Document, known: Mapping[str, Document]) -> str:
    """The address of the change from which this one follows: itself, unless all its reasons lie upstream."""
    seen = {change["address"]}
    while _follows(change):
        above = next((a for a in change["waits_for"] if a in known and a not in seen), None)
        if above is None:
            break
        seen.add(above)
        change = known[above]
    return str(change["address"])


def _follows(change: Document) -> bool:
    return (
        not change["dangerous"]
        and bool(change["reasons"])
        and all(r["code"] == _UPSTREAM for r in change["reasons"])
    )


def grouped(told: Sequence[Cause], limit: int = ALIKE) -> list[Cause | Group]:
    """The same, with more than ``limit`` similar changes as one group in the place of the first."""
    if len(told) <= limit:
        return list(told)
    keys = [_key(cause) for cause in told]
    members: dict[Any, list[Document]] = {}
    for key, cause in zip(keys, told, strict=True):
        members.setdefault(key, []).append(cause.change)
    found: list[Cause | Group] = []
    for key, cause in zip(keys, told, strict=True):
        alike = members.get(key)
        if alike is not None and len(alike) > limit:
            found.append(Group(alike))
            del members[key]
        elif alike is not None:
            found.append(cause)
    return found


def _key(cause: Cause) -> Any:
    """What makes changes similar; one with consequences, or with edits inside the objects below it, is similar to none."""
    change = cause.change
    plain = all(set(n) <= {"object", "action", "changes"} and not n.get("changes") for n in change["nested"])
    if cause.consequences or change["refused"] or change["notes"] or not plain:
        return change["address"]
    return (
        change["action"],
        change["type"],
        change["class"],
        change["definition"],
        tuple(r["code"] for r in change["reasons"]),
        tuple((d["path"], d["kind"], d["forces_replacement"]) for d in change["diffs"]),
        tuple((n.get("object"), n.get("action")) for n in change["nested"]),
    )
