"""What became of a plan that was read before, for whoever read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .text import Line, Span, pad, width

_STYLES = {"new": "green", "different": "yellow", "gone": "dim"}
_SHOWN = 12
"""Digits of a digest, which are enough to know it again."""


def since(document: Mapping[str, Any]) -> Iterator[Line]:
    """How many changes are not the same any more, and which; nothing where no plan was named to compare with."""
    found = document["since"]
    if found is None:
        return
    plan = f"plan {found['digest'][:_SHOWN]}"
    if not found["changes"]:
        yield f"  {plan}: the same changes" + (
            "." if found["same"] else ", but for what only the record is told."
        )
        return
    numbers = {kind: sum(1 for c in found["changes"] if c["kind"] == kind) for kind in _STYLES}
    told = ", ".join(f"{number:,} {kind}" for kind, number in numbers.items() if number)
    yield f"  {plan}: {told}"
    column = max(width(c["address"]) for c in found["changes"])
    for change in found["changes"]:
        kind = change["kind"]
        yield (
            "  ",
            Span(pad(kind, 9), _STYLES[kind]),
            "  ",
            pad(change["address"], column),
            f"  {_verbs(change)}",
        )


def _verbs(change: Mapping[str, Any]) -> str:
    """What is done now, and what was to be done then."""
    now, then = change["verb"], change["was"]
    if now is None:
        return f"was: {then}"
    return f"{now}, was: {then}" if then not in (None, now) else str(now)
