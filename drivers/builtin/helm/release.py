"""A release as the cluster has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_list, is_map
from ...sdk import Conflict, Context
from ..kubernetes.marking import TOKEN, UID, marks
from .complaints import Absent
from .program import Program

DEPLOYED = "deployed"


class Release(Struct, frozen=True):
    """Its newest revision, that one's status, the version of its chart, and the labels that say whose it is."""

    revision: int
    status: str
    version: str
    labels: Mapping[str, str]

    def is_of(self, uid: str) -> bool:
        """Whether it belongs to the resource of this uid, whatever its generation."""
        return self.labels.get(UID) == uid

    def carries(self, token: str) -> bool:
        """Whether it is that of this very token."""
        return self.labels.get(TOKEN) == token

    @property
    def is_pending(self) -> bool:
        """Whether a command that was cut off, or still runs, left it."""
        return self.status.startswith("pending-")

    @property
    def is_going(self) -> bool:
        """Whether it was, or is being, uninstalled."""
        return self.status in ("uninstalling", "uninstalled")


def look(program: Program) -> Release | None:
    """The release, or None."""
    try:
        found: Any = program.document("get", "metadata")
    except Absent:
        return None
    return Release(
        int(found["revision"]), str(found["status"]), str(found["version"]), found.get("labels") or {}
    )


def check(release: Release | None, context: Context, name: str) -> None:
    """Raise :class:`Conflict` where it is somebody else's."""
    if release is None or release.is_of(context.uid):
        return
    other = release.labels.get(UID)
    owner = None if other is None else f"the resource {other}"
    raise Conflict(
        f"release-taken: the release {name} exists and "
        f"{'was not made for this resource' if owner is None else f'belongs to {owner}'}",
        owner=owner,
        hint="choose another name, or uninstall it",
    )


def labels(context: Context) -> str:
    """The flag that marks a release as that of the call's resource."""
    told = marks(context.uid, context.generation, context.token)
    return f"--labels={','.join(f'{name}={value}' for name, value in told.items())}"


def steady(program: Program) -> int | None:
    """The newest revision that was deployed as a whole, or None."""
    found: Any = program.document("history", "--max=256")
    good = [
        int(item["revision"])
        for item in (found if is_list(found) else ())
        if is_map(item) and item.get("status") in (DEPLOYED, "superseded")
    ]
    return max(good, default=None)
