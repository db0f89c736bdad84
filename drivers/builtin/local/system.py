"""The system's folder for what another user must reach: data of servers that root starts, and copies of binaries.

It and its parents belong to root and let nobody look around (0711). It holds a folder for each server and for each
copy, and is removed with the last of them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Generator, Iterable
from pathlib import Path

from ...sdk import PermanentFault
from .account import Account, owner_of
from .private import prune

SYSTEM = Path("/var/lib/bakehouse")
_USERS = "users"


def make_folder(name: str) -> Path:
    """The folder ``name``, made if missing: root's (0711), so that no account can exchange what root works on in it."""
    with _held() as system:
        folder = system / name
        folder.mkdir(mode=0o711, exist_ok=True)
        _check(folder)
        folder.chmod(0o711)
        return folder


def give_folder(path: Path, account: Account | None) -> Path:
    """Make the folder ``path`` (0700) in one that is ours alone, for this account or, without one, for us."""
    path.mkdir(mode=0o700)
    if account:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return path


def account_of(data: Path) -> Account | None:
    """Whom a server with these data runs as; None for us. Raises :class:`PermanentFault` where that would be root here."""
    account = owner_of(data)
    if data.parent.parent == SYSTEM:
        _check(data.parent)
        if data.lstat().st_uid == 0:
            raise PermanentFault(
                f"{data} belongs to root, as whom no server is run", hint="replace the resource"
            )
    return account


def _check(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0:
        raise PermanentFault(f"{folder} is no folder of root's", hint="replace the resource")


def remove_folder(name: str) -> None:
    """Remove the folder ``name``, and the copies of binaries that only it used."""
    if os.geteuid() != 0:
        if (SYSTEM / name).is_dir():
            raise PermanentFault(f"{SYSTEM / name} was made by root", hint="do the same as root")
        return
    if not SYSTEM.is_dir():
        return
    with _held() as system:
        if (system / name).is_dir():
            shutil.rmtree(system / name)
        for copy in system.glob("bin-*"):
            (copy / _USERS / name).unlink(missing_ok=True)
            if not any((copy / _USERS).iterdir()):
                shutil.rmtree(copy)
        prune(system)


def copied(tree: Iterable[tuple[Path, str]], digest: str, name: str) -> Path:
    """A copy of programs that every user can run, used by the folder ``name``; equal ones are copied once.

    ``tree`` are folders and where they lie in the copy, ``digest`` tells them from others.
    """
    with _held() as system:
        copy = system / f"bin-{digest}"
        if not copy.is_dir():
            fresh = system / f".new-{secrets.token_hex(4)}"
            for source, place in tree:
                shutil.copytree(source, fresh / place)
            (fresh / _USERS).mkdir()
            _open_up(fresh)
            fresh.rename(copy)
        (copy / _USERS / name).touch()
        return copy


@contextlib.contextmanager
def _held() -> Generator[Path]:
    """The system's folder, made if missing, for us alone. It may be removed while it is held."""
    while True:
        with contextlib.suppress(FileExistsError):
            SYSTEM.mkdir(parents=True)
            SYSTEM.chmod(0o711)  # whatever the umask is
        found = SYSTEM.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PermanentFault(f"{SYSTEM} is no folder of root's", hint=f"remove {SYSTEM}")
        descriptor = os.open(SYSTEM, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if SYSTEM.is_dir() and os.path.samestat(os.fstat(descriptor), SYSTEM.stat()):
                yield SYSTEM
                return
        finally:
            os.close(descriptor)


def _open_up(folder: Path) -> None:
    for base, _, files in os.walk(folder):
        Path(base).chmod(0o755)
        for name in files:
            file = Path(base, name)
            file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
