"""Who reads a resource from elsewhere, as removals and replacements have to know it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .state.records import Referrer

_NAMED = 5


def referred_by(referrers: Collection[Referrer]) -> Mapping[str, tuple[Referrer, ...]]:
    """Referrers by the uid of what they read."""
    found: dict[str, list[Referrer]] = {}
    for referrer in referrers:
        found.setdefault(referrer.owner.uid, []).append(referrer)
    return {uid: tuple(those) for uid, those in found.items()}


def named(referrers: Collection[Referrer]) -> str:
    """The first few of them for a sentence, and how many more there are."""
    names = [str(referrer) for referrer in referrers]
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
