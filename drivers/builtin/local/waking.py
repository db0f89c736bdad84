"""Wakes an environment's own server when what lies in it is to be dropped.

Every other call comes after the server's own node, which starts it; a delete comes before that node, and after a reboot
nobody has started it yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from msgspec import Struct

from ...context import Context
from ...faults import Fault, TransientFault
from .launch import RUN_FILE
from .ports import HOST
from .runfile import RunFile, read_run_file
from .supervisor import Supervisor

_STEP = 0.1


class Sleeper(Struct, frozen=True):
    """A server that may be one of this environment's supervised programs, and may not run.

    ``what`` names it to people. Its program is the one that has ``word`` among its arguments or, as ``NAME=VALUE``, its
    variables. ``seconds`` is how long it may take to start.
    ``reached`` opens something that raises :class:`TransientFault` while the server cannot be reached.
    """

    what: str
    host: str
    word: str
    reached: Callable[[], AbstractContextManager[object]]
    seconds: float = 60.0

    def awake(self, context: Context, call: Callable[[], None]) -> None:
        """Call; where the server cannot be reached though it is a program here, have that running, wait and call again.

        Raises what the call raises, or what the server says where it does not come to.
        """
        try:
            call()
        except TransientFault:
            if not self._woken(context):
                raise
            call()

    def _woken(self, context: Context) -> bool:
        name = self._program(context)
        if name is None:
            return False
        context.progress(f"waiting for {self.what} to start")
        Supervisor(context.workspace).start(
            name
        )  # one that somebody else starts at this moment is left alone
        limit = time.monotonic() + min(self.seconds, context.seconds_left)
        while True:
            try:
                with self.reached():
                    return True
            except TransientFault:
                context.cancelled.check()
                if time.monotonic() > limit:
                    raise
            context.cancelled.wait(_STEP)

    def _program(self, context: Context) -> str | None:
        if self.host != HOST:
            return None
        supervisor = Supervisor(context.workspace)
        for name in supervisor.names():
            try:
                run = read_run_file(supervisor.folder(name) / RUN_FILE)
            except Fault:
                continue
            if self.word in _words(run):
                return name
        return None


def _words(run: RunFile) -> set[str]:
    return {
        *run.argv,
        *(f"{name}={value}" for name, value in run.environment.items() if isinstance(value, str)),
    }
