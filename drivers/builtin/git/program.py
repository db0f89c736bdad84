"""Runs the program ``git``: it asks nobody, runs no hook, speaks one protocol, and no argument holds a credential."""

from __future__ import annotations

import itertools
import shlex
import shutil
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from ...sdk import Context, Fault, PermanentFault
from ...secrets import scrub
from ...watchdog import Command, inherited, run
from ..local.private import write_private
from .models import GitConnection

_KEPT = ("GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSH", "GIT_SSH_COMMAND")
_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.protectHFS=true", "core.protectNTFS=true",
    "gc.autoDetach=false", "push.gpgSign=false", "protocol.version=2",
)  # fmt: skip
_ASKED = """\
#!/bin/sh
case "$1" in
Username*) printf '%s\\n' "$BAKEHOUSE_GIT_USERNAME" ;;
*) printf '%s\\n' "$BAKEHOUSE_GIT_PASSWORD" ;;
esac
"""
"""What git asks for a name and a password: it answers from its environment, which no file holds."""


class GitFailed(Fault):
    """The program ended with an error; the message is what it said."""


class Program(Struct, frozen=True, dict=True):
    """The program at work in one folder, for the connection of a call."""

    context: Context
    connection: GitConnection
    folder: Path
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def git(self, *arguments: str, said: bytes = b"", remote: bool = False) -> bytes:
        """What the program prints. Raises :class:`GitFailed`; with ``remote`` it may speak to the repository."""
        settings = [part for setting in self._settings for part in ("-c", setting)]
        argv = (self._binary, "--no-pager", *settings, *arguments)
        command = Command(argv, self.folder, self._environment(remote=remote), said=said, umask=0o077)
        ran = run(self.context, command, self.context.run_dir, name=f"git-{next(self._numbers)}")
        printed, told = ran.output.read_bytes(), ran.errors.read_text(errors="replace")
        for file in (ran.output, ran.errors):
            file.unlink()
        if ran.exit.error is not None:
            raise PermanentFault(f"git-missing: git {ran.exit}")
        if not ran.exit.good:
            text = f"{printed.decode(errors='replace')}\n{told}" if arguments[0] == "push" else told
            raise GitFailed(scrub(text.strip(), self._secrets) or f"git {ran.exit}")
        return printed

    @cached_property
    def _binary(self) -> str:
        found = shutil.which("git")
        if found is None:
            raise PermanentFault(
                "git-missing: the program git is not on PATH", hint="install git 2.30, or newer"
            )
        return str(Path(found).absolute())

    @property
    def _settings(self) -> tuple[str, ...]:
        """With a token nobody else's credentials are asked for or told of it."""
        return _SETTINGS if self.connection.token is None else (*_SETTINGS, "credential.helper=")

    @property
    def _secrets(self) -> tuple[str, ...]:
        given = (self.connection.token, self.connection.ssh_key)
        return tuple(value.get_secret_value() for value in given if value is not None)

    def _environment(self, *, remote: bool) -> dict[str, str]:
        own = {n: v for n, v in inherited().items() if not n.startswith("GIT_") or n in _KEPT}
        ssh = (
            {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}
            if not own.keys() & {"GIT_SSH", "GIT_SSH_COMMAND"}
            else {}
        )
        return {
            **ssh,
            **own,
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            "GCM_INTERACTIVE": "never",
            "GIT_ALLOW_PROTOCOL": self.connection.protocol if remote else "none",
            **(self._credentials if remote else {}),
        }

    @cached_property
    def _credentials(self) -> dict[str, str]:
        """Variables with a token and with what answers for it, and a key in a file (0600) of the call's own folder."""
        folder = self.context.run_dir / "credentials"
        folder.mkdir(mode=0o700, exist_ok=True)
        found: dict[str, str] = {}
        if self.connection.token is not None:
            found["BAKEHOUSE_GIT_USERNAME"] = self.connection.username
            found["BAKEHOUSE_GIT_PASSWORD"] = self.connection.token.get_secret_value()
            write_private(folder / "asked", _ASKED.encode())
            (folder / "asked").chmod(0o700)
            found["GIT_ASKPASS"] = str(folder / "asked")
        if self.connection.ssh_key is not None:
            write_private(
                folder / "key", self.connection.ssh_key.get_secret_value().rstrip().encode() + b"\n"
            )
            found["GIT_SSH_COMMAND"] = shlex.join(self._ssh(folder))
        return found

    def _ssh(self, folder: Path) -> list[str]:
        argv = [
            "ssh",
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "IdentitiesOnly=yes",
            "-i",
            str(folder / "key"),
        ]
        if self.connection.known_hosts is None:
            return argv
        write_private(folder / "known", self.connection.known_hosts.encode() + b"\n")
        strict = ("StrictHostKeyChecking=yes", f"UserKnownHostsFile={folder / 'known'}")
        return [*argv, *(part for option in strict for part in ("-o", option))]
