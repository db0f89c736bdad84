"""Whether what an apply is about to change is what was reviewed. It may change less, and never anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....graph.narrow import is_list, is_map
from ...sdk import PermanentFault
from .foreseen import HIDDEN, Foreseen

Nested = Sequence[Mapping[str, Any]]

_LATER = "(known after "
_MADE = ("create", "replace")
_SHOWN = 3


def check_reviewed(reviewed: Nested, now: Sequence[Foreseen]) -> None:
    """Raise :class:`PermanentFault` (``plan-moved``) for the first differences.

    ``now`` are the objects that exist, would be deleted, or are missing from what is updated. One that was to be made and
    exists is ours: it was made by this very apply. What was shown as known later may have become anything, objects with
    such names included.
    """
    found = list(_differences(reviewed, now))
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise PermanentFault(
            f"plan-moved: what would be changed is not what was reviewed: {'; '.join(found[:_SHOWN])}{more}",
            hint="nothing was changed; plan again",
        )


def _differences(reviewed: Nested, now: Sequence[Foreseen]) -> Iterator[str]:
    known = {str(item["object"]): item for item in reviewed}
    coming = {name.partition(" ")[0] for name in known if _LATER in name}
    for item in now:
        if item.action == "no-op":
            continue
        seen = known.get(item.name)
        if seen is None:
            if not coming if item.action == "delete" else item.name.partition(" ")[0] not in coming:
                yield f"{item.name} would be {_PAST[item.action]}, which was not shown"
        elif seen["action"] not in (*_MADE, item.action):
            yield f"{item.name} would be {_PAST[item.action]} instead of {_PAST[str(seen['action'])]}"
        elif seen["action"] not in _MADE:
            yield from _values(item, seen)


_PAST: Mapping[str, str] = {
    "create": "made",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
}


def _values(item: Foreseen, seen: Mapping[str, Any]) -> Iterator[str]:
    shown = {str(change["path"]): change["after"] for change in seen["changes"]}
    coming = [_anywhere(path) for path, after in shown.items() if _is_later(after)]
    for change in item.changes:
        if any(_anywhere(change.path).startswith(path) for path in coming):
            continue
        if change.path not in shown:
            yield f"{item.name}: {change.path} would become {_short(change.after)}, which was not shown"
        elif shown[change.path] != change.after and HIDDEN not in str(shown[change.path]):
            was = _short(shown[change.path])
            yield f"{item.name}: {change.path} would become {_short(change.after)} instead of {was}"


def _is_later(value: Any) -> bool:
    if isinstance(value, str):
        return _LATER in value
    parts: Sequence[Any] = [*value.values()] if is_map(value) else value if is_list(value) else ()
    return any(_is_later(part) for part in parts)


def _anywhere(path: str) -> str:
    """A path without the keys of list items, which may be known later, too."""
    return re.sub(r"\[[^\]]*\]", "[]", path)


def _short(value: Any) -> str:
    text = "absent" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
