"""Profiles that contradict one another: equally specific, and different values for one path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from msgspec import Struct

from ..graph.application import Workload
from ..graph.diagnostics import Diagnostic
from ..graph.encoding import encode
from ..graph.fingerprint import canonical
from ..graph.narrow import is_list, is_map
from .merging import parts
from .profiles import Applied, fragment

_REMOVED = object()
"""What a patch writes where it takes something away."""

Steps = tuple[str, ...]


class _Write(Struct, frozen=True):
    """One value that a profile sets: in the workload itself (no target), or in the objects that a patch names."""

    path: Steps
    value: Any
    target: str | None = None
    object: Mapping[str, Any] | None = None

    def contradicts(self, other: _Write) -> bool:
        """Whether both concern one place, and it matters which comes last."""
        if self.target != other.target or not _overlap(self.object or {}, other.object or {}):
            return False
        shorter, longer = sorted((self, other), key=lambda w: len(w.path))
        if longer.path[: len(shorter.path)] != shorter.path:
            return False
        return len(shorter.path) < len(longer.path) or not _alike(self.value, other.value)


def conflicts(workload: Workload, applied: list[Applied]) -> Iterator[Diagnostic]:
    """An error for every pair of profiles of one layer and rank that write different values to one path."""
    equal: dict[tuple[Any, ...], list[Applied]] = {}
    for item in applied:
        equal.setdefault((item.layer, item.rank), []).append(item)
    for those in equal.values():
        written = (
            [(item, list(_writes(item, workload.containers))) for item in those] if len(those) > 1 else []
        )
        for (one, first), (other, second) in combinations(written, 2):
            path = _contradiction(first, second)
            if path is not None:
                yield _told(one, other, path, workload.name)


def _contradiction(first: list[_Write], second: list[_Write]) -> Steps | None:
    return next((max(a.path, b.path, key=len) for a in first for b in second if a.contradicts(b)), None)


def _told(one: Applied, other: Applied, path: Steps, workload: str) -> Diagnostic:
    return Diagnostic(
        "profile-conflict",
        f"profiles '{one.profile.name}' ({one.profile.place}) and '{other.profile.name}' "
        f"({other.profile.place}) are equally specific and write different values to {'.'.join(path)} of "
        f"workload {workload}",
        place=other.profile.place,
        hint="make one of them more specific",
    )


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an object may be what both patches name."""
    return all(_alike(one[key], other[key]) for key in one.keys() & other.keys())


def _alike(one: Any, other: Any) -> bool:
    if one is _REMOVED or other is _REMOVED:
        return one is other
    return canonical(encode(one)) == canonical(encode(other))


def _writes(item: Applied, containers: Iterable[str]) -> Iterator[_Write]:
    profile = item.profile
    made, _ = fragment(profile, containers)
    for path, value in parts(made):
        if path:
            yield _Write(tuple(map(str, path)), value)
    for patch in profile.patches:
        chosen: Mapping[str, Any] = patch.get("object") or {}
        for steps, value in _leaves(patch.get("merge", {})):
            yield _Write(steps, value, profile.target, chosen)
        for step in patch.get("json", ()):
            if not step["path"].endswith("/-"):
                value = _REMOVED if step["op"] == "remove" else step.get("value")
                yield _Write(_pointed(step["path"]), value, profile.target, chosen)


def _pointed(path: str) -> Steps:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))


def _leaves(data: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """What a merge patch sets; null takes away, and lists that are merged by a key count by that key."""
    if is_map(data):
        for name, value in data.items():
            yield from _leaves(value, (*path, str(name)))
        return
    key = _list_key(data)
    if key is None:
        if path:
            yield path, _REMOVED if data is None else data
        return
    for item in data:
        yield from _leaves({k: v for k, v in item.items() if k != key}, (*path, str(item[key])))


def _list_key(data: Any) -> str | None:
    if not is_list(data) or not data:
        return None
    for key in ("name", "mountPath"):
        if all(is_map(item) and key in item for item in data):
            return key
    return None
