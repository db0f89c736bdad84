"""Reading a large application in a process of its own, while this one imports what planning needs.

A plan of thousands of resources takes as long to read its file as to start, and neither needs the other; but Python runs
one thread at a time.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from ..graph.application import Application
    from ..resolvers.score import Written

LARGE = 256 * 1024
"""Bytes of `bakehouse.yaml` that are worth a second process."""

_NEXT = (
    "drivers.registry",
    "plans.operations.planning",
    "plans.state.sql",
    "resolvers.catalog",
    "cli.views.plan",
)
"""The modules of this package that a plan needs once its application is read."""

T = TypeVar("T")


def read_application(root: Path, overrides: Written) -> Application:
    """The application at ``root``; raises as :func:`bakehouse.resolvers.application.load_application` does."""
    from ..resolvers.application import load_application

    read = partial(load_application, root, overrides)
    return beside(read, _get_ready) if _is_large(root) and _can_fork() else read()


def beside(read: Callable[[], T], meanwhile: Callable[[], object]) -> T:
    """What ``read`` answers in a process of its own, while ``meanwhile`` is called in this one.

    Where that process ends without an answer, ``read`` is called in this one, whose errors are told as any others.
    """
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(read, sending)
    os.close(sending)
    with os.fdopen(receiving, "rb") as stream:
        try:
            meanwhile()
            answer = stream.read()
        except BaseException:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise
    _, status = os.waitpid(child, 0)
    if status != 0:
        return read()
    found: T = pickle.loads(answer)  # noqa: S301 - it was written by a fork of this process, into a pipe of its own
    return found


def _answer(read: Callable[[], object], sending: int) -> NoReturn:
    """Send the answer and exit. Nothing that the first process has open is held open, or written to."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        os.closerange(3, sending)
        os.closerange(sending + 1, os.sysconf("SC_OPEN_MAX"))
        with os.fdopen(sending, "wb") as answer:
            pickle.dump(read(), answer, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)


def _is_large(root: Path) -> bool:
    from ..resolvers.application import MANIFEST

    try:
        return (root / MANIFEST).stat().st_size >= LARGE
    except OSError:
        return False


def _can_fork() -> bool:
    """Whether a fork is safe (no other thread holds a lock) and of use (a second processor)."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def _get_ready() -> None:
    package = (__package__ or "").rpartition(".")[0]
    for name in _NEXT:
        import_module(f"{package}.{name}")
