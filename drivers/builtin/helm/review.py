"""Whether an upgrade would do what was reviewed. It may do less, and never anything else. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from ...sdk import PermanentFault
from ..kubernetes.foreseen import Foreseen

ANYTHING: Mapping[str, Any] = {"object": "(known later)", "action": "create", "changes": []}
"""Stands for objects of which nothing could be said when the plan was made."""

_LATER = "(known after "
_LESS = {("create", "update")}
"""What a reviewed action may turn into, besides nothing: what a cut-off install had made is there already."""

_SHOWN = 3


def check_reviewed(reviewed: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> None:
    """Raise :class:`PermanentFault` (``plan-moved``) for the first differences between the two."""
    known = {item["object"]: item for item in reviewed}
    if ANYTHING["object"] in known:
        return
    found = [told for item in now for told in _differences(known.get(item["object"]), item)]
    if found:
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise PermanentFault(
            f"plan-moved: what would be done is not what was reviewed: {'; '.join(found[:_SHOWN])}{more}",
            hint="nothing was changed; plan again",
        )


def agreed(first: Sequence[Foreseen], second: Sequence[Foreseen]) -> list[Foreseen]:
    """What two looks, some time apart, agree upon: values that a chart takes from the clock are left out.

    Those may be hidden, where the clock ticked between the renderings of one look: hidden values compare as what they are.
    """
    values = {(item.name, change.path): change.after for item in second for change in item.changes}
    return [
        replace(item, changes=tuple(c for c in item.changes if values.get((item.name, c.path)) == c.after))
        for item in first
    ]


def _differences(seen: Mapping[str, Any] | None, item: Mapping[str, Any]) -> Iterator[str]:
    name, action = item["object"], item["action"]
    if seen is None:
        yield f"{action} {name}, which was not shown"
        return
    if action != seen["action"]:
        if (seen["action"], action) not in _LESS:
            yield f"{action} {name} instead of {seen['action']}"
        return
    shown = {change["path"]: change["after"] for change in seen["changes"]}
    for change in item["changes"]:
        path, after = change["path"], change["after"]
        if path not in shown:
            yield f"{name}: {path} changes, which was not shown"
        elif shown[path] != after and _LATER not in str(shown[path]):
            yield f"{name}: {path} becomes {str(after)[:60]} instead of {str(shown[path])[:60]}"
