"""What is supervised, and what is seen of it."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from .runfile import RunFile

_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)


class Program(Struct, frozen=True):
    """One supervised program. Make ``name`` with :func:`program_name`.

    ``restart`` starts it again whenever it ends. Stopping sends ``stop_signal`` to its process group and, after
    ``stop_seconds``, SIGKILL.
    """

    name: str
    run: RunFile
    restart: bool = True
    stop_signal: str = "TERM"
    stop_seconds: int = 10


class ProgramState(Struct, frozen=True):
    """A program as its supervisor sees it.

    ``phase`` is the supervisor's: starting, running, stopping, stopped, exited, backoff (ended too early, will
    be tried again), fatal (given up), unknown; or ``absent``. ``exit_code`` is that of the last end where it is known;
    ``error`` says why it could not be started.
    """

    phase: str
    pid: int | None = None
    exit_code: int | None = None
    error: str = ""

    @property
    def up(self) -> bool:
        """Whether there is a process, or will be without anybody's doing."""
        return self.phase in ("starting", "running")


ABSENT = ProgramState("absent")


def program_name(token: str, part: str = "main") -> str:
    """The name of the program ``part`` of the object of a create token: safe as a file name and a section name."""
    plain = part if _PLAIN.fullmatch(part) else "x" + hashlib.sha256(part.encode()).hexdigest()[:16]
    return f"{token_prefix(token)}{plain}"


def token_prefix(token: str) -> str:
    """What the names of all programs of one create token begin with."""
    plain = re.sub(r"[^A-Za-z0-9.-]", "", token, flags=re.ASCII)
    return f"{plain}." if plain == token else f"x{hashlib.sha256(token.encode()).hexdigest()[:16]}."
