"""Builds of images that a store was told of, and which of them is the newest. The comparing is pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class BuildRecord(Struct, frozen=True):
    """One image that was built for a workload of an application.

    ``id`` counts the builds of the store in the order of their arrival, from 1. ``container`` None means every container
    whose image is supplied at deploy time. ``image`` is ``REFERENCE@DIGEST``, ``ref`` what was built, such as
    ``refs/heads/main``. ``number`` and ``built`` (ISO 8601 in UTC) say how old the build is, where its maker knows.
    """

    id: int
    application: str
    workload: str
    image: str
    ref: str
    received: str
    actor: str
    container: str | None = None
    commit: str | None = None
    number: int | None = None
    built: str | None = None

    @property
    def digest(self) -> str:
        """The image's digest."""
        return self.image.rpartition("@")[2]

    def is_of(self, workload: str, container: str) -> bool:
        """Whether it is meant for a container."""
        return self.workload == workload and self.container in (None, container)

    def is_older_than(self, other: BuildRecord) -> bool:
        """Whether it is known to be older: by number if both have one, else by time if both have one."""
        if self.number is not None and other.number is not None:
            return self.number < other.number
        if self.built is not None and other.built is not None:
            return self.built < other.built
        return False

    def repeats(self, other: BuildRecord) -> bool:
        """Whether it tells nothing new beside another: the same image of the same ref, and no other age."""
        mine, its = ((b.application, b.workload, b.container, b.digest, b.ref) for b in (self, other))
        ages = (self.number, self.built)
        return mine == its and ages in ((None, None), (other.number, other.built))


def newest(builds: Iterable[BuildRecord]) -> BuildRecord | None:
    """The build that counts: of those that none is known to be newer than, the one that arrived last."""
    found = sorted(builds, key=lambda b: b.id)
    foremost = [b for b in found if not any(b.is_older_than(other) for other in found)]
    return next(reversed(foremost or found), None)
