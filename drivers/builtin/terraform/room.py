"""How many runs there may be at once on this machine, so that providers do not use up its memory."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path

from ...sdk import Context, TransientFault

EACH = 1 << 30
"""Bytes for one run with a large provider; that of AWS takes 540 MB."""

_CGROUP = Path("/sys/fs/cgroup/memory.max")
_POLL = 0.1


def memory(limit: Path = _CGROUP) -> int:
    """The bytes that this machine has, or that its control group leaves us."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(limit.read_text()))
    return total


@contextlib.contextmanager
def room(folder: Path, context: Context, bytes_: int | None = None) -> Generator[None]:
    """A place among the runs of this user, whichever process they belong to; waits for one until the deadline.

    ``folder`` holds the locks. Raises :class:`TransientFault` where none gets free in time, and Cancelled.
    """
    places = max(1, (memory() if bytes_ is None else bytes_) // EACH)
    with contextlib.ExitStack() as held:
        while not any(_take(folder / f"run-{number}.lock", held) for number in range(places)):
            if context.seconds_left <= 0:
                raise TransientFault(
                    f"{places} runs of Terraform at once are all that the memory is enough for"
                )
            context.cancelled.check()
            context.cancelled.wait(_POLL)
        yield


def _take(path: Path, held: contextlib.ExitStack) -> bool:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    held.enter_context(file)
    return True
