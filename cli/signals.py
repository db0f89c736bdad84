"""SIGINT, SIGTERM, and SIGHUP, which is answered like SIGTERM: what they do while nothing runs, and while an apply does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_Handler = Callable[[int, FrameType | None], Any]


class Terminated(BaseException):
    """SIGTERM or SIGHUP came while nothing was running that had to be finished first."""


@contextmanager
def _handling(handlers: dict[signal.Signals, _Handler]) -> Generator[None]:
    """Handle signals while the context lasts; outside the main thread nothing is changed.

    A SIGHUP that is ignored, as ``nohup`` has it, stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = {n: h for n, h in handlers.items() if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN}
    former = {number: signal.signal(number, handler) for number, handler in heard.items()}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def terminable() -> Generator[None]:
    """SIGTERM and SIGHUP raise :class:`Terminated` in the main thread."""

    def end(number: int, frame: FrameType | None) -> None:
        raise Terminated

    with _handling(dict.fromkeys(_ENDING, end)):
        yield


class Interruptions:
    """Which signals came, in order. Until ``postponed`` is set, while nothing has been started, they end the run at once."""

    def __init__(self) -> None:
        self.postponed = False
        self.received: list[int] = []

    @property
    def terminated(self) -> bool:
        """Whether the first signal was SIGTERM or SIGHUP."""
        return bool(self.received) and self.received[0] in _ENDING


@contextmanager
def stoppable(request: Callable[[], None]) -> Generator[Interruptions]:
    """SIGINT, SIGTERM and SIGHUP call ``request`` once they are postponed: once to finish, twice to abandon."""
    seen = Interruptions()

    def ask(number: int, frame: FrameType | None) -> None:
        seen.received.append(number)
        if seen.postponed:
            request()
        elif number in _ENDING:
            raise Terminated
        else:
            raise KeyboardInterrupt

    with _handling(dict.fromkeys((signal.SIGINT, *_ENDING), ask)):
        yield seen
