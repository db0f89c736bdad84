"""A request to stop: once to finish what runs, twice to leave it."""

from __future__ import annotations

from collections.abc import Callable


class Stop:
    """Counts requests. Safe to be called from a signal handler."""

    def __init__(self) -> None:
        self.level = 0
        self._wake: Callable[[], None] = lambda: None

    def request(self) -> None:
        """Ask for the end: the first time running steps may finish, the second time they are left pending."""
        self.level += 1
        self._wake()

    def on_request(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` at every request from now on; it must be safe inside a signal handler."""
        self._wake = wake
