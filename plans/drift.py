"""What a look at a recorded object found: as recorded, changed outside, gone, or not to be read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from ..graph.address import Address
from ..graph.values import Secret, display
from .apart import apart, cut
from .change import PropertyDiff, Reason, Why

_MOST = 80
"""Characters of a value that are told."""


class Finding(StrEnum):
    """How an object stands to its record."""

    SAME = "as-recorded"
    CHANGED = "changed"
    GONE = "gone"
    UNREAD = "unread"

    @property
    def is_drift(self) -> bool:
        """Whether somebody else than Bakehouse had a hand in it."""
        return self in (Finding.CHANGED, Finding.GONE)


class Live(Struct, frozen=True):
    """One object as it was found.

    ``diffs`` lead from what is recorded of its outputs to what was found; a secret that differs is a reference that
    nothing can open. ``said`` are sentences of its driver: what else differs, how it is known to be gone, why it could
    not be read. ``digest`` is that of what was found, None where nothing could be read.
    """

    finding: Finding
    diffs: tuple[PropertyDiff, ...] = ()
    said: tuple[str, ...] = ()
    digest: str | None = None


Lives = Mapping[Address, Live]
"""What was looked at, by address."""


def reason(live: Live) -> Reason:
    """The reason of a change that answers to drift."""
    if live.finding is Finding.GONE:
        return Reason(Why.DRIFT, f"its object is gone: {'; '.join(live.said)}")
    told = [_told(diff) for diff in live.diffs[:3]]
    more = len(live.diffs) - len(told)
    told += [f"and {more} more outputs"] if more else []
    return Reason(Why.DRIFT, "changed outside: " + "; ".join((*told, *live.said)))


def in_full(lives: Lives) -> bool:
    """Whether nothing that is there could not be read."""
    return all(live.finding is not Finding.UNREAD for live in lives.values())


def _told(diff: PropertyDiff) -> str:
    if isinstance(diff.before, Secret) or isinstance(diff.after, Secret):
        return f"{diff.path} is another secret"
    if diff.removed:
        return f"{diff.path} is missing, recorded {cut(_written(diff.before), _MOST)}"
    if diff.added:
        return f"{diff.path} is {cut(_written(diff.after), _MOST)}, recorded nothing"
    found, recorded = apart(_written(diff.after), _written(diff.before), _MOST)
    return f"{diff.path} is {found}, recorded {recorded}"


def _written(value: object) -> str:
    shown = display(value)
    return f'"{shown}"' if isinstance(shown, str) else str(shown)
