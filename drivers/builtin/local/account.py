"""Whom a server runs as where root starts it: servers refuse root, or should not have its rights. No user is ever made."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ...sdk import Context, PermanentFault, TransientFault
from ...watchdog import Child, Command
from .runfile import RunUser

_FALLBACK = "nobody"
_GRACE = 5.0
_STEP = 0.1


class Account(Struct, frozen=True):
    """A user of this machine other than us. Only root has use for one."""

    uid: int
    gid: int

    @property
    def run_user(self) -> RunUser:
        """The same for a run file."""
        return RunUser(self.uid, self.gid)


class CommandFailed(Exception):
    """A command did not end with 0; ``printed`` is all that it printed."""

    def __init__(self, message: str, printed: str) -> None:
        super().__init__(message)
        self.printed = printed


def server_account(what: str, user: str) -> Account | None:
    """The account for a new server: None for whoever we are, and for root the user of sudo, ``user`` or ``nobody``.

    Raises :class:`PermanentFault` when root finds none of them.
    """
    if os.geteuid() != 0:
        return None
    for entry in pwd.getpwall():
        if entry.pw_uid and str(entry.pw_uid) == os.environ.get("SUDO_UID"):
            return Account(entry.pw_uid, entry.pw_gid)
    for name in (user, _FALLBACK):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise PermanentFault(
        f"{what} does not run as root, and there is no user {user} or {_FALLBACK}",
        hint="run Bakehouse as a plain user, or with sudo",
    )


def owner_of(folder: Path) -> Account | None:
    """The account that a folder was made for; None where it is our own. Raises :class:`PermanentFault` for a link."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise PermanentFault(f"{folder} is no folder", hint=f"remove {folder}")
    return None if found.st_uid == os.geteuid() else Account(found.st_uid, found.st_gid)


def run_as(
    context: Context, account: Account | None, command: Sequence[str], folder: Path, said: str = ""
) -> str:
    """Run a command in ``folder`` with a bare environment, give it ``said``, and return all that it printed.

    It ends when the call is cancelled, its deadline passes, or we are killed. Raises a fault for that, and
    :class:`CommandFailed` when it ends other than with 0.
    """
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    user = (account.uid, account.gid) if account else None
    run = Command(tuple(command), folder, environment, said.encode(), user)
    name = f"{Path(command[0]).name}-{secrets.token_hex(4)}"
    with Child(run, context.run_dir, name=name, grace=_GRACE) as child:
        while not child.wait(_STEP):
            context.cancelled.check()
            if not context.seconds_left:
                raise TransientFault(f"{command[0]} did not end in time")
        printed = "".join(file.read_text(errors="replace") for file in (child.output, child.errors))
        if not child.exit().good:
            raise CommandFailed(f"{command[0]} {child.exit()}", printed)
        return printed
