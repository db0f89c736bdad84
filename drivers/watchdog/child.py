"""A child process under its guard, as its parent sees it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from msgspec import Struct

from ..faults import PermanentFault, TransientFault
from .remains import locked_for_life

_GUARD = Path(__file__).with_name("guard.py")
_SLACK = 10.0
"""Seconds that a guard may take beyond the grace period before it is given up."""


@dataclass(frozen=True)
class Command:
    """What to run. ``argv`` must hold no secret; ``environment`` is the whole environment; ``said`` is its input.

    ``user`` is a uid and a gid, which only root can give. ``umask`` is that of the child; -1 is ours.
    """

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str] = field(repr=False)
    said: bytes = field(default=b"", repr=False)
    user: tuple[int, int] | None = None
    umask: int = -1


class Exit(Struct, frozen=True):
    """How a child ended: by an exit code, by a signal, or it could not be started, for which ``error`` says why."""

    code: int | None = None
    signal: int | None = None
    error: str | None = None

    @property
    def good(self) -> bool:
        """Whether it ended by itself with 0."""
        return self.code == 0

    def __str__(self) -> str:
        if self.error is not None:
            return f"cannot be run: {self.error}"
        if self.signal is not None:
            return f"was ended by {signal.Signals(self.signal).name}"
        return f"ended with exit code {self.code}"


class Child:
    """A running child. Use it as a context manager: leaving the block stops it.

    ``output`` and ``errors`` are the files (0600) to which it prints. Not to be shared between threads.
    """

    def __init__(self, command: Command, run_dir: Path, *, name: str = "child", grace: float = 10.0) -> None:
        """Start it. Raises a fault when not even the guard can be started, such as in a missing folder."""
        self.output, self.errors = run_dir / f"{name}.out", run_dir / f"{name}.err"
        self._status = run_dir / f"{name}.exit"
        self._grace = grace
        held, self._lifeline = os.pipe()
        self._ended, ending = os.pipe()
        given = [held, ending]
        try:
            alive, self._alive = locked_for_life(run_dir)
            given.append(alive)
            self._guard = self._start(command, given)
        except OSError as error:
            self._let_go()
            os.close(self._ended)
            raise PermanentFault(
                f"{command.argv[0]} cannot be run: {error.strerror}: {error.filename}"
            ) from error
        finally:
            for end in given:
                os.close(end)

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        os.close(self._ended)
        self._alive.unlink(missing_ok=True)

    def wait(self, seconds: float) -> bool:
        """Wait at most this long; True as soon as it has ended."""
        poll = select.poll()
        poll.register(self._ended, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def stop(self) -> Exit:
        """Stop it if it still runs: SIGINT, after the grace period SIGKILL. Returns when nothing of it is left."""
        self._let_go()
        if not self.wait(self._grace + _SLACK):
            self._guard.kill()
        self._guard.wait()
        return self.exit()

    def exit(self) -> Exit:
        """How it ended; raises :class:`TransientFault` when its guard was killed and nobody knows."""
        self._guard.wait()
        try:
            return Exit(**json.loads(self._status.read_bytes()))
        except (OSError, ValueError, TypeError):
            raise TransientFault("the guard of a child process was killed") from None

    def _let_go(self) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _start(self, command: Command, given: list[int]) -> subprocess.Popen[bytes]:
        user, group = command.user or ("-", "-")
        arguments = [str(given[0]), str(self._status), str(self._grace), str(user), str(group), *command.argv]
        with contextlib.ExitStack() as files:
            said = files.enter_context(_memory(command.said))
            printed = [files.enter_context(_private(path)) for path in (self.output, self.errors)]
            return subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARD), *arguments], cwd=command.cwd, env=command.environment,
                stdin=said, stdout=printed[0], stderr=printed[1], pass_fds=given, start_new_session=True,
                umask=command.umask,
            )  # fmt: skip


def _memory(content: bytes) -> BinaryIO:
    """An open file with this content that has no name, so that the child need not read at once, or ever."""
    file = os.fdopen(os.memfd_create("said", os.MFD_CLOEXEC), "w+b")
    file.write(content)
    file.seek(0)
    return file


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), "ab")
