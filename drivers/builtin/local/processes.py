"""Which process is which: a pid alone is reused, a pid with its start time and the machine's boot is not."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from ...faults import PermanentFault
from .private import write_private

PROC = Path("/proc")
_STATE, _PARENT, _GROUP, _STARTED = 0, 1, 2, 19


class ProcessIdentity(Struct, frozen=True):
    """One process of one boot: ``started`` is its start in clock ticks since that boot."""

    pid: int
    started: int
    boot: str

    @property
    def alive(self) -> bool:
        """Whether this very process still runs (one that ended and was not reaped does not)."""
        found = identify(self.pid)
        return found == self

    @property
    def suspended(self) -> bool:
        """Whether a signal has stopped it, so that it answers nobody until it is continued."""
        fields = _stat(self.pid)
        return fields is not None and fields[_STATE] in ("T", "t")


def boot_id() -> str:
    """The id of this boot of the machine; raises :class:`PermanentFault` where the system has no ``/proc``."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError as error:
        raise PermanentFault(
            "the local target needs a mounted /proc file system", hint="use Linux"
        ) from error


def identify(pid: int) -> ProcessIdentity | None:
    """The process that has this pid now, or None."""
    fields = _stat(pid)
    if fields is None or fields[_STATE] in ("Z", "X"):
        return None
    return ProcessIdentity(pid, int(fields[_STARTED]), boot_id())


def remember(identity: ProcessIdentity, path: Path) -> None:
    """Record a process for :func:`recall`."""
    write_private(path, json.dumps({**asdict(identity), "path": str(path)}).encode())


def recall(path: Path, *, moved: bool = True) -> ProcessIdentity | None:
    """The process recorded at ``path``, or None when there is none or the record cannot be read.

    A record that was copied from a folder that still exists does not count: the process belongs there. Without
    ``moved`` neither does one whose folder has since been moved: the process still looks for everything there.
    """
    try:
        found = json.loads(path.read_bytes())
        if found["path"] != str(path) and (not moved or Path(found["path"]).exists()):
            return None
        return ProcessIdentity(int(found["pid"]), int(found["started"]), str(found["boot"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def with_environment(entry: str) -> list[int]:
    """The pids of living processes that were started with this ``NAME=VALUE`` in their environment."""
    return _holding("environ", os.fsencode(entry))


def with_argument(argument: str) -> list[int]:
    """The pids of living processes that have this very argument."""
    return _holding("cmdline", os.fsencode(argument))


def end(pids: Iterable[int], seconds: float) -> None:
    """End processes and their groups: SIGTERM, after ``seconds`` SIGKILL. Returns when they are gone."""
    targets = [found for pid in set(pids) if pid != os.getpid() and (found := identify(pid))]
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        targets = [target for target in targets if target.alive]
        for target in targets:
            _send(target, number)
        limit = time.monotonic() + patience
        while any(target.alive for target in targets) and time.monotonic() < limit:
            time.sleep(0.02)


def _send(target: ProcessIdentity, number: int) -> None:
    fields = _stat(target.pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if fields is not None and int(fields[_GROUP]) == target.pid:
            os.killpg(target.pid, number)
        else:
            os.kill(target.pid, number)


def _holding(name: str, entry: bytes) -> list[int]:
    found: list[int] = []
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if entry in (folder / name).read_bytes().split(b"\0") and identify(int(folder.name)):
                found.append(int(folder.name))
    return found


def _stat(pid: int) -> list[str] | None:
    """The fields of the process's ``stat`` that follow its name, which may itself hold spaces and brackets."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
