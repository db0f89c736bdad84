"""What a command prints, line by line as it comes, under its guard and kept nowhere."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path

from ..context import Cancellation
from .child import Child, Command, Exit

_STEP_MILLISECONDS = 100
_CHUNK = 64 * 1024
_LONGEST = 16 * 1024


def stream(
    cancelled: Cancellation,
    command: Command,
    folder: Path,
    *,
    name: str,
    ended: Callable[[Exit, str], None] = lambda exit_, errors: None,
) -> Iterator[bytes]:
    """The lines of a command that may run for long, until nothing of it can print any more, the call is cancelled, or
    nobody listens any more.

    A line that is longer than 16 KiB comes in parts. Where the command ended by itself, ``ended`` is given how, and what
    it printed to standard error.
    """
    pipe = folder / f"{name}.out"
    os.mkfifo(pipe, 0o600)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with Child(command, folder, name=name) as child:
            yield from _lines(reading, cancelled)
            if not cancelled:
                ended(child.stop(), child.errors.read_text(errors="replace"))
    finally:
        os.close(reading)
        for suffix in ("out", "err", "exit"):
            (folder / f"{name}.{suffix}").unlink(missing_ok=True)


def _lines(reading: int, cancelled: Cancellation) -> Iterator[bytes]:
    """Until whoever writes has closed the pipe."""
    poll, rest = select.poll(), b""
    poll.register(reading, select.POLLIN)
    while not cancelled:
        if not poll.poll(_STEP_MILLISECONDS):
            continue
        data = os.read(reading, _CHUNK)
        if not data:
            break
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            yield from _parts(line)
        *early, rest = _parts(rest)
        yield from early
    if rest:
        yield rest


def _parts(line: bytes) -> list[bytes]:
    return [line[at : at + _LONGEST] for at in range(0, max(1, len(line)), _LONGEST)]
