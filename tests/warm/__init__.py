"""The command as a process of its own that need not import the program first.

Importing is most of the time that a command on a small application takes, and tests run thousands of them. One process
for each runner imports everything and from then on only forks: every command is a process with its own folder, variables,
standard streams and exit code. Tests that signal a command, or look at how it starts, start a fresh interpreter instead.
"""

import atexit
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COMMAND = (sys.executable, "-m", "bakehouse")
FRESH = ("PYTHON", "LC_", "LANGUAGE")
"""Variables that an interpreter reads only when it starts."""


@dataclass(frozen=True)
class Ended:
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def command(
    words: Sequence[str], folder: Path, variables: Mapping[str, str], stdin: str = "", seconds: float = 180
) -> Ended:
    """Run ``bakehouse`` with ``words`` to its end; raises AssertionError where it does not end in time."""
    if any(name.startswith(FRESH) and os.environ.get(name) != value for name, value in variables.items()):
        return fresh(words, folder, variables, stdin, seconds)
    with ExitStack() as held:
        streams = [
            held.enter_context(os.fdopen(os.memfd_create(name), "w+b")) for name in ("in", "out", "err")
        ]
        streams[0].write(stdin.encode())
        streams[0].seek(0)
        mine, theirs = socket.socketpair()
        held.enter_context(mine)
        with theirs:
            order = {"words": list(words), "folder": str(folder), "variables": dict(variables)}
            fds = [*(stream.fileno() for stream in streams), theirs.fileno()]
            socket.send_fds(_server(), [json.dumps(order).encode()], fds)
        pid = _number(mine, 60)
        code = _number(mine, seconds)
        for stream in streams:
            stream.seek(0)
        out, err = (stream.read().decode() for stream in streams[1:])
        if code is None and pid is not None:
            os.kill(pid, signal.SIGKILL)
        assert code is not None, f"{words} does not end: {out}\n{err}"
        return Ended(code, out, err)


def fresh(
    words: Sequence[str], folder: Path, variables: Mapping[str, str], stdin: str = "", seconds: float = 180
) -> Ended:
    """The same in an interpreter that starts for it."""
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=folder, env=dict(variables), input=stdin, capture_output=True, text=True, timeout=seconds, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def _number(end: socket.socket, seconds: float) -> int | None:
    """The next number told within the time; None else."""
    ready, _, _ = select.select([end], [], [], seconds)
    told = end.recv(4) if ready else b""
    return struct.unpack("i", told)[0] if told else None


@cache
def _server() -> socket.socket:
    """The warmed process of this runner; it ends with it."""
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        fd = theirs.fileno()
        subprocess.Popen(
            [sys.executable, "-m", "warm.server", str(fd)], cwd=Path(__file__).parent.parent, pass_fds=[fd]
        )
    atexit.register(mine.close)
    return mine
