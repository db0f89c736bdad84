"""Which profiles a workload gets, and what they say together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..graph.application import Workload
from ..graph.diagnostics import Diagnostic
from ..graph.encoding import encode
from ..graph.fingerprint import canonical
from ..graph.narrow import is_list, is_map
from .catalog import Catalog, WorkloadProfile
from .match import Rank, Subject, best
from .merging import merged, parts
from .render import Path

EVERY = "*"
CLASS = "bakehouse.dev/class"


@dataclass(frozen=True, slots=True)
class Applied:
    """A profile that matches, with its rank and the number of its layer."""

    profile: WorkloadProfile
    rank: Rank
    layer: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value that a profile gave stands in the profile."""

    profile: WorkloadProfile
    path: Path


def matching(catalog: Catalog, subject: Subject) -> list[Applied]:
    """All profiles that match, the least specific first; of equals the farther layer first, then by name."""
    found = [
        Applied(profile, hit[1], number)
        for number, profile in catalog.profiles()
        if (hit := best(profile.match, subject)) is not None
    ]
    return sorted(found, key=lambda a: (a.rank, -a.layer, a.profile.name))


def fragment(profile: WorkloadProfile, containers: Iterable[str]) -> tuple[dict[str, Any], dict[Path, Path]]:
    """A profile's defaults for a workload with these containers, and from where in them each part comes.

    Container ``*`` stands for each of them, below what the profile says of one by name. A container that the
    workload does not have gets nothing.
    """
    written = profile.defaults.get("containers", {})
    made: dict[str, Any] = {k: v for k, v in profile.defaults.items() if k != "containers"}
    origins: dict[Path, Path] = {path: path for path, _ in parts(made)}
    for name in containers:
        layers = [key for key in (EVERY, name) if key in written]
        for key in layers:
            below = made.setdefault("containers", {})
            below[name] = merged(below.get(name, {}), written[key], ("containers", name))
            for path, _ in parts(written[key], ("containers", name)):
                origins[path] = ("containers", key, *path[2:])
    return made, origins


def under(workload: Workload, applied: list[Applied]) -> tuple[dict[str, Any], dict[Path, Origin]]:
    """The workload's own parts laid upon the defaults of its profiles, and which parts are a profile's."""
    total: dict[str, Any] = {}
    origins: dict[Path, Origin] = {}
    for item in applied:
        made, where = fragment(item.profile, workload.containers)
        total = merged(total, made)
        origins |= {path: Origin(item.profile, source) for path, source in where.items()}
    own = {"metadata": workload.metadata, "service": workload.service, "containers": workload.containers}
    for path, _ in parts(own):
        origins.pop(path, None)
    return merged(total, own), origins


def conflicts(workload: Workload, applied: list[Applied]) -> Iterator[Diagnostic]:
    """Profiles of one layer and rank that write different values to one path."""
    seen: dict[tuple[Any, ...], tuple[Applied, Any]] = {}
    for item in applied:
        for path, value in _writes(item.profile, workload.containers):
            key = (item.layer, item.rank, *path)
            other, before = seen.setdefault(key, (item, value))
            if other is not item and canonical(encode(before)) != canonical(encode(value)):
                yield Diagnostic(
                    "profile-conflict",
                    f"profiles '{other.profile.name}' ({other.profile.place}) and '{item.profile.name}' are equally "
                    f"specific and write different values to {'.'.join(map(str, path))} of workload {workload.name}",
                    place=item.profile.place,
                    hint="make one of them more specific",
                )


def _writes(profile: WorkloadProfile, containers: Iterable[str]) -> Iterator[tuple[Path, Any]]:
    made, _ = fragment(profile, containers)
    yield from parts(made)
    for patch in profile.patches:
        head = ("patches", profile.target or "", canonical(patch.get("object", {})).decode())
        for path, value in _leaves(patch.get("merge", {})):
            yield (*head, *path), value
        for step in patch.get("json", ()):
            if step["op"] in ("add", "replace") and not step["path"].endswith("/-"):
                yield (*head, *step["path"].strip("/").split("/")), step.get("value")


def _leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """What a merge patch sets; lists that are merged by a key count by that key."""
    if is_map(data):
        for name, value in data.items():
            yield from _leaves(value, (*path, name))
        return
    key = _list_key(data)
    if key is None:
        yield path, data
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
