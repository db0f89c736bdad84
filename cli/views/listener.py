"""Chooses how an apply is told while it runs."""

from __future__ import annotations

from .progress import Progress, ProgressJson, ProgressLines
from .screen import Screen


def listener(screen: Screen) -> Progress:
    """The view for this screen: events, updating lines on a terminal, else plain lines."""
    if screen.json:
        return ProgressJson(screen)
    if screen.live and screen.verbosity >= 0:
        from .live import ProgressLive

        return ProgressLive(screen)
    return ProgressLines(screen)
