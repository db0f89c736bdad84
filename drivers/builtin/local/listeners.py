"""Who listens at a port: another program that answers there must not be taken for ours."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from .ports import HOST
from .processes import PROC
from .supervisor import Supervisor

_LISTENING = "0A"
_ADDRESS, _STATE, _INODE = 1, 3, 9
_ANYWHERE = "00000000"


class ListeningProbe(Struct, frozen=True):
    """Ready when the process of a supervised program itself listens at the port of 127.0.0.1."""

    supervisor: Supervisor
    name: str
    port: int

    def __call__(self) -> bool:
        process = self.supervisor.process(self.name)
        return process is not None and listens(process.pid, self.port)


def listens(pid: int, port: int) -> bool:
    """Whether a process of this user has the socket that listens at a port of 127.0.0.1; its children do not count."""
    held = {f"socket:[{inode}]" for inode in _listening(port)}
    with contextlib.suppress(OSError):
        for handle in (PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if os.fspath(handle.readlink()) in held:
                    return True
    return False


def _listening(port: int) -> Iterator[str]:
    """The inodes of the sockets that listen at this port."""
    ours = bytes(reversed([int(part) for part in HOST.split(".")])).hex().upper()
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        address, _, number = fields[_ADDRESS].partition(":")
        if fields[_STATE] == _LISTENING and address in (ours, _ANYWHERE) and int(number, 16) == port:
            yield fields[_INODE]
