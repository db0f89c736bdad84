"""The names of formats that a person may ask for."""

from __future__ import annotations

from collections.abc import Sequence

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from .screen import Screen


def format_of(screen: Screen, named: str | None, known: Sequence[str]) -> str:
    """The format that is named, else that of the screen; raises InvalidInput for one that is not ``known``."""
    chosen = named or ("json" if screen.json else "text")
    require_format(chosen, known)
    return chosen


def require_format(named: str, known: Sequence[str]) -> None:
    """Raise InvalidInput for a format that is not ``known``."""
    if named not in known:
        message = f"the format '{named[:50]}' is unknown"
        raise InvalidInput(Diagnostic("unknown-format", message, hint=f"formats: {', '.join(known)}"))
