"""Ports that are being given away, known to the whole machine.

A reservation is seen by its user only, and a program listens at its port seconds after it was reserved. In
between, a name in the abstract socket space keeps other users from choosing the same port. It lies in no file,
and goes with the process that made it.
"""

from __future__ import annotations

import contextlib
import os
import socket

from .processes import PROC

_OWN = PROC / "self" / "fd"


def claim(port: int) -> bool:
    """Claim a port until this process ends or gives it up; False when another process has."""
    if _handle(port) is not None:
        return True
    name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        name.bind(_name(port))
    except OSError:
        name.close()
        return False
    name.detach()  # left open: it must outlive every object that knows of it
    return True


def give_up(port: int) -> None:
    """End this process's claim, if it has one."""
    handle = _handle(port)
    if handle is not None:
        os.close(handle)


def _name(port: int) -> str:
    return f"\0bakehouse/port/{port}"


def _handle(port: int) -> int | None:
    """The file descriptor of this process's claim."""
    wanted = f"@{_name(port)[1:]}"
    names = (line.split() for line in (PROC / "net" / "unix").read_text(encoding="utf-8").splitlines())
    inode = next((fields[6] for fields in names if fields[-1] == wanted), None)
    if inode is None:
        return None
    for handle in _OWN.iterdir():
        with contextlib.suppress(OSError):
            if os.fspath(handle.readlink()) == f"socket:[{inode}]":
                return int(handle.name)
    return None
