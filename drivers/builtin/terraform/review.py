"""Whether what Terraform is about to do is what was reviewed. It may do less, and never anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...sdk import PermanentFault
from .nested import LATER, Nested

ANY = "(known later)"
"""The object of an entry that stands for objects whose number is not known when the plan is made; creates only."""

_LESS: Mapping[str, frozenset[str]] = {
    "create": frozenset({"import"}),
    "replace": frozenset({"update"}),
}
"""What a reviewed action may shrink to, besides nothing."""


def check_reviewed(reviewed: Nested, now: Nested) -> None:
    """Raise :class:`PermanentFault` (``plan-moved``) for the first differences between the two."""
    found = list(_differences(reviewed, now))
    if found:
        shown = "; ".join(found[:3]) + (f"; and {len(found) - 3} more" if len(found) > 3 else "")
        raise PermanentFault(
            f"plan-moved: what would be done is not what was reviewed: {shown}",
            hint="nothing was changed; plan again",
        )


def _differences(reviewed: Nested, now: Nested) -> Iterator[str]:
    known = {item["object"]: item for item in reviewed}
    for item in now:
        name, action = item["object"], item["action"]
        seen = known.get(name)
        if seen is None:
            if ANY in known and action == "create":
                continue
            yield f"{name} would be {_PAST.get(action, action)}, which was not shown"
        elif action != seen["action"] and action not in _LESS.get(seen["action"], ()):
            yield f"{name} would be {_PAST.get(action, action)} instead of {_PAST.get(seen['action'], seen['action'])}"
        else:
            yield from _values(name, seen, item)


_PAST: Mapping[str, str] = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "import": "imported",
    "forget": "forgotten",
}


def _values(name: str, seen: Mapping[str, Any], item: Mapping[str, Any]) -> Iterator[str]:
    reviewed = {change["path"]: change["after"] for change in seen["changes"]}
    for change in item["changes"]:
        path, after = change["path"], change["after"]
        if change["before"] == after or _was_open(path, reviewed):
            continue
        if path not in reviewed:
            yield f"{name}: {path} would become {_short(after)}, which was not shown"
        elif reviewed[path] != after:
            yield f"{name}: {path} would become {_short(after)} instead of {_short(reviewed[path])}"


def _was_open(path: str, reviewed: Mapping[str, Any]) -> bool:
    """Whether the value, or one that it is a part of, was shown as not known yet."""
    steps = path.split(".")
    return any(reviewed.get(".".join(steps[:n])) == LATER for n in range(1, len(steps) + 1))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
