"""What every observer of a deployment is."""

from __future__ import annotations

from typing import Protocol

from ..apply.events import Event


class Observer(Protocol):
    """Is told every event of one deployment, from one thread at a time."""

    def __call__(self, event: Event) -> None:
        """Take one event in; must return quickly and wait for nobody."""

    def close(self) -> str | None:
        """Send or write what was gathered, within seconds; returns what went wrong in one sentence, else None."""
