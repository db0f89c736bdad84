"""Values of a plan as short text: strings quoted, secrets as ``***`` with their versions, unknowns as a phrase."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...graph.narrow import is_list, is_map
from ...plans.apart import BEFORE, alike, apart
from .text import shorten

HIDDEN = "***"
_PHRASE = "(known after "
WHOLE = 2**62
"""The limit of what is never cut."""


def show(value: Any, limit: int = 60) -> str:
    """One value in one line of at most about ``limit`` characters."""
    return shorten(_flow(value, limit), limit)


def sides(before: Any, after: Any, limit: int = 60) -> tuple[str, str]:
    """Two values, each of at most about ``limit`` characters, cut so that the first of what differs is seen."""
    shown = show(before, limit), show(after, limit)
    if alike(*shown) < limit - BEFORE:
        return shown
    whole = _flow(before, WHOLE), _flow(after, WHOLE)
    return shown if whole[0] == whole[1] else apart(*whole, limit)


def _flow(value: Any, limit: int) -> str:
    """Flow notation with unquoted keys; stops once it is surely longer than ``limit``."""
    if isinstance(value, str):
        return _text(value, limit)
    if is_map(value):
        return "{" + _joined((f"{k}: {_flow(v, limit)}" for k, v in value.items()), limit) + "}"
    if is_list(value):
        return "[" + _joined((_flow(v, limit) for v in value), limit) + "]"
    return json.dumps(value)


def _joined(parts: Iterable[str], limit: int) -> str:
    found: list[str] = []
    size = 0
    for part in parts:
        found.append(part)
        size += len(part) + 2
        if size > limit:
            break
    return ", ".join(found)


def _text(value: str, limit: int) -> str:
    if value == HIDDEN or (value.startswith(_PHRASE) and value.endswith(")")):
        return value
    return json.dumps(value[: limit + 1], ensure_ascii=False)


def before_after(diff: Mapping[str, Any], limit: int = 60) -> str:
    """The two sides of a property's diff, or the one side that there is."""
    if diff["kind"] == "added":
        return show(diff["after"], limit) + _version(diff, "after")
    if diff["kind"] == "removed":
        return show(diff["before"], limit)
    before, after = sides(diff["before"], diff["after"], limit)
    return f"{before}{_version(diff, 'before')} -> {after}{_version(diff, 'after')}"


def _version(diff: Mapping[str, Any], side: str) -> str:
    """The versions of the secrets on one side: what tells that a secret changed."""
    versions: list[str | None] = diff["versions"][side] if diff["versions"] else []
    if not versions:
        return ""
    noun = "version" if len(versions) == 1 else "versions"
    return f" ({noun} {', '.join('not known yet' if v is None else str(v)[:8] for v in versions)})"
