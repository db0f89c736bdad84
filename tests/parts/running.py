"""Servers of tests: in a temporary folder, on a free loopback port, gone with whoever runs them.

A server is a child under the watchdog's guard, so it ends also when its runner is killed. A folder is held by a lock
that goes with its runner; what a killed runner left is removed when the next folder is made.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bakehouse.drivers.watchdog import Child, Command

_BASE = Path(tempfile.gettempdir()) / f"bkh-parts-{os.getuid()}"
_HELD = ".held"
_FIRST_PORT, _PORTS = 10_000, 10_000


class NotReady(Exception):
    """Why a server cannot be used: it ended, or did not answer in time. Ends with what it last said."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now.

    It is none of those that a system gives to whoever connects, usually 32768 and up, so that no client of another test
    takes it before its server listens; and none so high that a port a server derives from it, such as that of a node of
    a Redis cluster 10,000 above it, would not exist.
    """
    while True:
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A folder that is removed with the block; its path is short enough for sockets."""
    with contextlib.ExitStack() as held:
        with _alone():
            _sweep()
            made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_BASE))
            fcntl.flock(held.enter_context((made / _HELD).open("wb")), fcntl.LOCK_EX)
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def server(
    argv: tuple[str, ...],
    at: Path,
    ready: Callable[[], bool],
    *,
    name: str = "server",
    seconds: float = 60.0,
    user: tuple[int, int] | None = None,
    variables: Mapping[str, str] | None = None,
    grace: float = 5.0,
) -> Iterator[Child]:
    """A running program that ``ready`` says yes to, stopped with the block. Raises :class:`NotReady`.

    It gets an environment with nothing of ours but ``variables``, and ``at`` as home and working directory. ``seconds``
    is only to tell a server that will never be ready. Command lines can be read by all users: ``argv`` must hold no
    secret. Who does not end ``grace`` seconds after being asked is killed: none are for a server that takes its time over
    data that goes with its folder, and leaves nothing elsewhere.
    """
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(at), "LC_ALL": "C"}
    environment |= variables or {}
    with Child(Command(argv, at, environment, user=user), at, name=name, grace=grace) as child:
        limit = time.monotonic() + seconds
        while not ready():
            if child.wait(0.05):
                raise NotReady(f"{name} {child.exit()}: {_last_words(child)}")
            if time.monotonic() > limit:
                raise NotReady(f"{name} is not ready after {seconds:g} s: {_last_words(child)}")
        yield child


def _last_words(child: Child) -> str:
    said = (path.read_text(encoding="utf-8", errors="replace") for path in (child.output, child.errors))
    return "\n".join(said).strip()[-2000:]


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    _BASE.mkdir(mode=0o711, exist_ok=True)
    if _BASE.is_symlink() or _BASE.stat().st_uid != os.getuid():
        raise PermissionError(f"{_BASE} belongs to somebody else")
    with (_BASE / ".lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sweep() -> None:
    """Remove the folders whose runner is gone: nobody holds their lock."""
    for left in _BASE.iterdir():
        if left.is_dir() and not _is_held(left / _HELD):
            shutil.rmtree(left, ignore_errors=True)


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False
