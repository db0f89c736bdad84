"""What differs between two objects, path by path. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_list, is_map
from .objects import Object, metadata

ABSENT = None
_SERVERS_OWN = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_KEYS = ("name", "containerPort", "port", "mountPath", "key", "ip", "type")


class Difference(Struct, frozen=True):
    """One value that differs; None stands for absent."""

    path: str
    before: Any
    after: Any


def differences(before: Object, after: Object) -> list[Difference]:
    """What differs, but for what the server makes up: status, uid, versions, times, managed fields."""
    return list(_compare(_kept(before), _kept(after), ""))


def _kept(found: Object) -> Mapping[str, Any]:
    return {
        **{name: value for name, value in found.items() if name != "status"},
        "metadata": {name: value for name, value in metadata(found).items() if name not in _SERVERS_OWN},
    }


def _compare(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if is_map(before) and is_map(after):
        for name in dict.fromkeys((*before, *after)):
            yield from _compare(before.get(name), after.get(name), _step(path, name))
    elif is_list(before) and is_list(after):
        yield from _compare_lists(before, after, path)
    elif before != after and not (_hollow(before) and _hollow(after)):
        yield Difference(path, before, after)


def _compare_lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Difference]:
    """Lists of maps by the key that tells their items apart, so that one put in front does not change all of them."""
    key = next((k for k in _KEYS if _tells_apart(k, before) and _tells_apart(k, after)), None)
    if key is None:
        if len(before) != len(after) and not any(is_map(item) for item in (*before, *after)):
            yield Difference(path, before, after)
            return
        for index in range(max(len(before), len(after))):
            old = before[index] if index < len(before) else ABSENT
            new = after[index] if index < len(after) else ABSENT
            yield from _compare(old, new, f"{path}[{index}]")
        return
    old_items, new_items = ({str(item[key]): item for item in items} for items in (before, after))
    for name in dict.fromkeys((*old_items, *new_items)):
        yield from _compare(old_items.get(name), new_items.get(name), f"{path}[{name}]")
    common_before = [name for name in old_items if name in new_items]
    common_after = [name for name in new_items if name in old_items]
    if common_before != common_after:
        yield Difference(f"{path} (order)", common_before, common_after)


def _tells_apart(key: str, items: Sequence[Any]) -> bool:
    found = [item[key] for item in items if is_map(item) and key in item]
    return len(found) == len(items) == len({str(value) for value in found})


def _hollow(value: Any) -> bool:
    return value is None or value == {} or value == []


def _step(path: str, name: str) -> str:
    shown = f"'{name}'" if "." in name or "/" in name else name
    return f"{path}.{shown}" if path else shown
