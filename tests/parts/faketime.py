"""A wall clock that a test sets for chosen programs, by Debian's libfaketime: the time that passes is real."""

import os
from dataclasses import dataclass
from pathlib import Path

from parts.finding import absent

HOW = "libfaketime is missing: install Debian's faketime"
_FOLDERS = Path("/usr/lib")
_SLEEP = """\
import threading, time
time.sleep = lambda seconds: (threading.Event().wait(seconds), None)[1]
"""
"""For Python programs: what libfaketime makes of ``clock_nanosleep`` is an error once the clock was set."""


def library() -> Path:
    """The library to be loaded first. Without it the test is skipped; in CI its absence is a failure."""
    found = sorted(_FOLDERS.glob("*/faketime/libfaketime.so.1"))
    return found[0] if found else absent(HOW)


@dataclass(frozen=True)
class WallClock:
    """The clock of all programs that are started with :attr:`variables`; ``file`` holds how far it is off."""

    file: Path

    def set(self, seconds: int) -> None:
        """Set it so far from the true time, at once and for everybody; the monotonic clock goes on as it does."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.chmod(0o644)
        fresh.replace(self.file)

    @property
    def variables(self) -> dict[str, str]:
        """What a program's environment needs; it is handed on to the program's children."""
        return {
            "LD_PRELOAD": os.fspath(library()),
            "PYTHONPATH": os.fspath(self.file.parent),
            "FAKETIME_TIMESTAMP_FILE": os.fspath(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


def wall_clock(folder: Path) -> WallClock:
    """A clock that is right; its file lies in ``folder``, which everybody who uses it must be able to read."""
    (folder / "sitecustomize.py").write_text(_SLEEP)
    made = WallClock(folder / "clock")
    made.set(0)
    return made
