"""A command of this program, as hints name it."""

from __future__ import annotations

import shlex


def command(*words: str, environment: str | None = None) -> str:
    """``bakehouse`` with these words, ready to be typed, about ``environment`` whatever is chosen where it is typed."""
    chosen = () if environment is None else ("-e", environment)
    return shlex.join(("bakehouse", *words, *chosen))
