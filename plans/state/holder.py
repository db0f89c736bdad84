"""Who holds a lease: this process described, and whether a described process is gone."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from .records import Holder

_PROC = Path("/proc")


def current_holder(actor: str, purpose: str) -> Holder:
    """This process as a holder.

    ``boot_id`` names the boot and the space in which process ids are unique: two containers on one machine
    differ. Where the system does not tell, it is empty and the holder is never taken for gone.
    """
    pid = os.getpid()
    return Holder(actor, socket.gethostname(), _boot_id(), pid, _started(pid) or "", purpose)


def is_gone(holder: Holder) -> bool:
    """Whether the holder's process surely runs no more: it was of this machine and boot, and its pid is free,
    a zombie's, or another process's."""
    return bool(holder.pid_started) and is_here(holder) and _started(holder.pid) != holder.pid_started


def is_here(holder: Holder) -> bool:
    """Whether the holder is surely of this machine and boot, so that its monotonic clock is ours."""
    return bool(holder.boot_id) and (holder.host, holder.boot_id) == (socket.gethostname(), _boot_id())


def is_running(pid: int) -> bool:
    """Whether a process of this number runs on this machine; a zombie does not."""
    return _started(pid) is not None


def _boot_id() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When the process started, in clock ticks since boot; None if none runs under this pid."""
    try:
        line = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The program's name stands in parentheses and may hold spaces and parentheses itself.
    state, *fields = line.rpartition(b")")[2].split()
    return None if state in (b"Z", b"X", b"x") else fields[18].decode()
