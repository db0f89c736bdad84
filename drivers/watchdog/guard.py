"""The guard: a program of its own, started as a script by :mod:`.child`; it imports nothing but the standard library.

The child starts after what is imported at the top, so that is little; what the end needs is imported there.

Arguments: the pipe whose end means stop, the file for the exit status, the grace period in seconds, the user and group
to run as (``-`` for the same), then the command. Input, output, environment and working directory are passed on.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable

_BECOME_REAPER = 36
"""PR_SET_CHILD_SUBREAPER: orphans among the child's descendants become ours, whatever session they moved to."""

_KILL_SECONDS = 5.0


def main(arguments: list[str]) -> None:
    """Run the command to its end, or to ours."""
    lifeline, status, grace, user, group, *command = arguments
    wake = _wake_on_child()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_BECOME_REAPER, 1, 0, 0, 0)
    own = user == "-"
    try:
        child = subprocess.Popen(
            command,
            start_new_session=True,
            restore_signals=True,
            user=None if own else int(user),
            group=None if own else int(group),
            extra_groups=None if own else [],
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        _write(status, {"error": getattr(error, "strerror", None) or str(error)})
        return
    stopped = _watch(child, int(lifeline), wake)
    if stopped:
        _stop(child, float(grace), wake)
    _send(child.pid, signal.SIGKILL)
    code = child.returncode
    _write(status, {"signal": -code} if code is not None and code < 0 else {"code": code})


def _watch(child: subprocess.Popen[bytes], lifeline: int, wake: int) -> bool:
    """Return when the child has ended, or True when it is to be stopped."""
    poll = select.poll()
    for end in (lifeline, wake):
        poll.register(end, select.POLLIN)
    while child.poll() is None:
        ready = {end for end, _ in poll.poll()}
        if lifeline in ready and not os.read(lifeline, 1):
            return child.poll() is None
        _drain(wake)
    return False


def _stop(child: subprocess.Popen[bytes], grace: float, wake: int) -> None:
    _send(child.pid, signal.SIGINT)
    _wait(lambda: child.poll() is not None, grace, wake)
    for _ in range(100):
        left = {child.pid} if child.poll() is None else set[int]()
        left |= _adopted()
        if not left:
            return
        for pid in left:
            _send(pid, signal.SIGKILL)
        _wait(lambda: child.poll() is not None and not _adopted(), _KILL_SECONDS / 100, wake)


def _wait(question: Callable[[], bool], seconds: float, wake: int) -> None:
    poll = select.poll()
    poll.register(wake, select.POLLIN)
    limit = time.monotonic() + seconds
    while not question() and (left := limit - time.monotonic()) > 0:
        poll.poll(left * 1000)
        _drain(wake)


def _adopted() -> set[int]:
    """Living children of ours by now, the orphans among the descendants; ended ones are reaped on the way."""
    from pathlib import Path

    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if entry.name.isdigit():
                state, parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
                if int(parent) == os.getpid():
                    if state == "Z":
                        os.waitpid(int(entry.name), os.WNOHANG)
                    else:
                        found.add(int(entry.name))
    return found


def _send(pid: int, number: int) -> None:
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, number)
            return


def _wake_on_child() -> int:
    """A pipe that is readable whenever a child has ended. What a terminal sends is for our parent to act on."""
    readable, writable = os.pipe()
    for end in (readable, writable):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: None)  # a signal that is ignored stays so in the child
    return readable


def _drain(wake: int) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(wake, 512):
            pass


def _write(place: str, status: dict[str, int | str | None]) -> None:
    import json
    from pathlib import Path

    path = Path(place)
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(status, file)
    fresh.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
