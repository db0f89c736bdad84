"""Waits until a supervised program is ready, or says why it will not be."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import groupby

from msgspec import Struct

from ....graph.values import HIDDEN
from ...context import Context
from ...faults import Fault, PermanentFault
from .logs import last_lines, last_words
from .processes import ProcessIdentity
from .supervisor import Supervisor

_LINES = 20
_STEP = 0.05
_AT_ONCE = 0.5
"""A program that ends sooner than this, in seconds after it became itself, has not started."""


class Watch(Struct, frozen=True):
    """One program being waited for. ``what`` names it to people; what ``secrets`` gives is never shown."""

    supervisor: Supervisor
    name: str
    what: str
    secrets: Callable[[], Iterable[str]] = tuple

    def until_started(self, context: Context, seconds: float) -> None:
        """Return when the program runs and has not ended at once.

        Its own life counts, not that of the launcher before it, which on a busy machine is the longer one.
        """
        seen: dict[ProcessIdentity, float] = {}

        def lasts() -> bool:
            process, now = self.supervisor.process(self.name), time.monotonic()
            return process is not None and now - seen.setdefault(process, now) >= _AT_ONCE

        self.until(context, seconds, lasts, "does not start")

    def until(self, context: Context, seconds: float, ready: Callable[[], bool], complaint: str) -> None:
        """Return when the program runs and ``ready`` says so.

        Raises :class:`PermanentFault` with its last lines when it ended, or was not ready within ``seconds`` or the
        call's deadline; in both cases the program has been stopped.
        """
        limit = _limit(context, seconds)
        while not (self.runs() and ready()):
            context.cancelled.check()
            if time.monotonic() > limit:
                raise self.failed(complaint)
            context.cancelled.wait(_STEP)

    def runs(self) -> bool:
        """Whether the program has come up, False while it is starting; raises :class:`PermanentFault` if it ended."""
        state = self.supervisor.state(self.name)
        if state.phase not in ("starting", "running"):
            raise self.failed(f"ended as soon as it was started{_code(state.exit_code)}")
        return state.phase == "running" and self.supervisor.process(self.name) is not None

    def until_complete(self, context: Context, seconds: float) -> None:
        """Return when the program has ended with 0; raises :class:`PermanentFault` for anything else."""
        limit = _limit(context, seconds)
        while (state := self.supervisor.state(self.name)).phase != "exited":
            if state.phase not in ("starting", "running"):
                raise self.failed(f"is {state.phase}, {state.error or 'not run to its end'}")
            context.cancelled.check()
            if time.monotonic() > limit:
                raise self.failed(f"did not end within {seconds:.0f} s")
            context.cancelled.wait(_STEP)
        if state.exit_code:
            raise self.failed(f"failed{_code(state.exit_code)}")

    def failed(self, complaint: str) -> Fault:
        """Stop the program and say what is wrong with it, its last line at once and the ones before it below."""
        return PermanentFault(f"program-failed: {self.ended(complaint)}", hint="correct it and apply again")

    def ended(self, complaint: str) -> str:
        """Stop the program; the complaint, and what the program printed last."""
        self.supervisor.stop(self.name)
        lines = [line for line, _ in groupby(last_lines(self.supervisor.log(self.name), _LINES))]
        return f"{self.what} {complaint}; {last_words(scrubbed(lines, self.secrets()))}"


def scrubbed(lines: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """The lines without these texts."""
    found = list(lines)
    for clear in sorted((s for s in secrets if s), key=len, reverse=True):
        found = [line.replace(clear, HIDDEN) for line in found]
    return found


def _limit(context: Context, seconds: float) -> float:
    """Until when to wait, with a moment left before the call's own deadline to say why."""
    return time.monotonic() + min(seconds, max(1.0, context.seconds_left - 2.0))


def _code(code: int | None) -> str:
    return "" if code is None else f" (exit code {code})"
