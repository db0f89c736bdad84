"""Which profiles a workload gets, and what their defaults say together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ..graph.application import Workload
from ..graph.resources import ProfileUse
from .catalog import Catalog, Criterion, WorkloadProfile
from .match import Rank, Subject, best
from .merging import merged, parts
from .render import Path

EVERY = "*"
CLASS = "bakehouse.dev/class"


class Applied(Struct, frozen=True):
    """A profile that matches, by which criterion, with its rank and the number of its layer."""

    profile: WorkloadProfile
    criterion: Criterion
    rank: Rank
    layer: int

    def use(self, workload: Workload) -> ProfileUse:
        """What it comes to for a workload."""
        profile = self.profile
        made, _ = fragment(profile, workload.containers)
        return ProfileUse(
            profile.name,
            profile.layer,
            profile.place,
            self.criterion.written(),
            self.rank,
            profile.target,
            tuple(".".join(map(str, path)) for path, _ in parts(made) if path),
            len(profile.patches),
        )


class Origin(Struct, frozen=True):
    """Where a value that a profile gave stands in the profile."""

    profile: WorkloadProfile
    path: Path


def matching(catalog: Catalog, subject: Subject) -> list[Applied]:
    """All profiles that match, the least specific first; of equals the farther layer first, then by name."""
    found = [
        Applied(profile, *hit, number)
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
