"""Runs the program ``git``: without a shell, asking nobody, running no hook, within a time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput

SECONDS = 30.0
"""How long a look into a local repository may take."""

_KEPT = frozenset({"GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"})
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GCM_INTERACTIVE": "never",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "core.askPass=", "gc.auto=0")
_USER = re.compile(r"://[^/@\s]*@")


_OF_SSH = "Could not read from remote repository"


class GitFailed(Exception):
    """The program ended with an error; the text is what it said, without names and passwords inside addresses."""


class Git(Struct, frozen=True):
    """The program at work in one folder; ``environ`` are the variables of the user."""

    folder: Path
    environ: Mapping[str, str]

    def run(
        self, *arguments: str, given: bytes = b"", protocol: str = "none", seconds: float = SECONDS
    ) -> bytes:
        """What the program prints; raises :class:`GitFailed`, and :class:`InvalidInput` where it is not installed.

        ``protocol`` is the only one that may be spoken; ``none`` is no protocol's name.
        """
        command = ["git", "--no-pager", *(part for s in _SETTINGS for part in ("-c", s)), *arguments]
        try:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(protocol),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise InvalidInput(
                Diagnostic("git-missing", "the program git is needed here, and is not installed")
            ) from None
        with process:
            try:
                printed, said = process.communicate(given, seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                raise GitFailed(f"no answer within {seconds:g} seconds") from None
            except BaseException:
                _end(process)
                raise
        if process.returncode:
            raise GitFailed(_cause(said))
        return printed

    def line(self, *arguments: str) -> str | None:
        """The one line that the program prints; None where it says that there is no such thing."""
        try:
            return self.run(*arguments).decode("utf-8", "replace").rstrip("\n") or None
        except GitFailed:
            return None

    def _environment(self, protocol: str) -> dict[str, str]:
        """The user's variables without what would point git elsewhere."""
        kept = {k: v for k, v in self.environ.items() if not k.startswith("GIT_") or k in _KEPT}
        ssh = {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"} if not kept.keys() & {"GIT_SSH"} else {}
        return {**ssh, **kept, **_QUIET, "GIT_ALLOW_PROTOCOL": protocol}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program with everything that it started; it leads a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _cause(said: bytes) -> str:
    """The line of the program's words that says why; where git only says that ssh failed, what that said before."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    chosen = next((n for n, line in enumerate(lines) if line.startswith(("fatal:", "error:", "remote:"))), 0)
    if chosen and _OF_SSH in lines[chosen] and not lines[chosen - 1].startswith("Warning:"):
        chosen -= 1
    return _USER.sub("://", lines[chosen] if lines else "no reason")[:300]
