"""Which processes of this machine belong to a test: those that name one of its folders."""

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
ENDED = ("", "Z", "X")
_WARM = b"\0warm.server\0"


@dataclass(frozen=True)
class Process:
    """A living process, with what it was started with."""

    pid: int
    parent: int
    command: str
    environment: dict[str, str]

    def __str__(self) -> str:
        return f"{self.pid} {self.command}"


def belonging_to(*folders: Path) -> list[Process]:
    """The processes that name one of these folders in arguments, environment or working directory.

    Left out are this one and the one that it has commands forked from.
    """
    marks = [os.fsencode(folder) for folder in folders]
    found = (_process(entry, marks) for entry in PROC.iterdir() if entry.name.isdigit())
    return sorted((process for process in found if process), key=lambda process: process.pid)


def running(pid: int) -> bool:
    """Whether a process of this number runs; one that ended and was not reaped does not."""
    return _state_and_parent(PROC / str(pid))[0] not in ENDED


def kill(processes: Iterable[Process]) -> None:
    """End processes at once, as nobody could survive it."""
    for process in processes:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _process(folder: Path, marks: list[bytes]) -> Process | None:
    state, parent = _state_and_parent(folder)
    if int(folder.name) == os.getpid() or state in ENDED:
        return None
    try:
        arguments = (folder / "cmdline").read_bytes()
        environment = (folder / "environ").read_bytes()
        place = os.fsencode((folder / "cwd").readlink())
    except OSError:
        return None
    if _WARM in arguments or not any(
        mark in text for mark in marks for text in (arguments, environment, place)
    ):
        return None
    return Process(
        int(folder.name),
        parent,
        arguments.replace(b"\0", b" ").decode(errors="replace").strip(),
        dict(
            entry.partition("=")[::2] for entry in environment.decode(errors="replace").split("\0") if entry
        ),
    )


def _state_and_parent(folder: Path) -> tuple[str, int]:
    try:
        state, parent = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return "", 0
    return state, int(parent)
