"""The supervisor's configuration file, rendered from the programs that are to be supervised.

Its format cuts values at `` ;`` and `` #``, expands ``%`` and splits commands like a shell. So paths reach it only
through the environment of the supervisor, or quoted character by character; all others are relative to its
working directory.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from ...faults import PermanentFault
from .private import write_private
from .program import Program

CONFIGURATION = "supervisord.conf"
SETTINGS = "program.json"
SOCKET = "BAKEHOUSE_SUPERVISOR_SOCKET"
_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]", re.ASCII)


class Settings(Struct, frozen=True):
    """What the supervisor, rather than the launcher, must know of a program. ``command`` is its argument list."""

    name: str
    command: tuple[str, ...]
    restart: bool
    stop_signal: str
    stop_seconds: int

    @classmethod
    def of(cls, program: Program, command: tuple[str, ...]) -> Settings:
        """The settings of a program that is started by ``command``."""
        return cls(program.name, command, program.restart, program.stop_signal, program.stop_seconds)


def write_settings(settings: Settings, folder: Path) -> None:
    """Keep the settings in the program's folder, from which :func:`read_settings` collects them."""
    write_private(folder / SETTINGS, json.dumps(asdict(settings)).encode())


def read_settings(folder: Path) -> Settings | None:
    """The settings kept in a program's folder, or None."""
    try:
        data: dict[str, Any] = json.loads((folder / SETTINGS).read_bytes())
        command = tuple(data.pop("command"))
        return Settings(command=command, **data)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def render(programs: Iterable[Settings], identifier: str) -> str:
    """The whole configuration file. The programs' folders are ``run/NAME`` below its working directory."""
    return "\n".join([_daemon(identifier), *(_program(p) for p in sorted(programs, key=lambda p: p.name))])


def _daemon(identifier: str) -> str:
    user = ["user=0"] if os.geteuid() == 0 else []
    lines = [
        "[unix_http_server]", f"file=%(ENV_{SOCKET})s", "chmod=0600", "",
        "[supervisord]", f"identifier={identifier}", "nodaemon=false", "nocleanup=true", "minfds=64", "minprocs=8",
        "umask=077", "loglevel=info", "logfile=supervisord.log", "logfile_maxbytes=1MB", "logfile_backups=1",
        "pidfile=supervisord.pid", *user, "",
        "[rpcinterface:supervisor]", "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _program(program: Settings) -> str:
    lines = [
        f"[program:{program.name}]", f"command={' '.join(_quoted(word) for word in program.command)}",
        "autostart=false", f"autorestart={'true' if program.restart else 'false'}",
        f"startsecs={1 if program.restart else 0}", "startretries=100", f"stopsignal={program.stop_signal}",
        f"stopwaitsecs={program.stop_seconds}", "stopasgroup=true", "killasgroup=true", "redirect_stderr=true",
        f"stdout_logfile=run/{program.name}/log", "stdout_logfile_maxbytes=10MB", "stdout_logfile_backups=1", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _quoted(word: str) -> str:
    if any(ord(c) < 32 for c in word):
        raise PermanentFault(
            f"the path {word!r} holds a control character", hint="move the project to another folder"
        )
    return "".join(_character(c) for c in word) or "''"


def _character(character: str) -> str:
    if _PLAIN.fullmatch(character):
        return character
    if character == "'":
        return '"\'"'
    return "'%%'" if character == "%" else f"'{character}'"
