"""Whether children of a process that is gone are at work still: a guard holds a lock until what it guards has ended."""

from __future__ import annotations

import fcntl
import tempfile
import time
from contextlib import closing
from pathlib import Path

_SUFFIX = ".guard"
_POLL = 0.05


def locked_for_life(run_dir: Path) -> tuple[int, Path]:
    """A lock of its own for one guard, to hand to it and then to close, and its file; raises OSError.

    It lasts as long as the guard does.
    """
    descriptor, file = tempfile.mkstemp(suffix=_SUFFIX, dir=run_dir)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor, Path(file)


def all_ended(folder: Path, seconds: float) -> bool:
    """Wait at most so long until no guard is alive whose run directory lies in ``folder``, and say whether that came."""
    limit = time.monotonic() + seconds
    while any(_is_alive(lock) for lock in folder.rglob(f"*{_SUFFIX}")):
        if time.monotonic() > limit:
            return False
        time.sleep(_POLL)
    return True


def _is_alive(lock: Path) -> bool:
    with closing(lock.open("rb")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
