"""Folders and files that only this user may read, written so that a kill at any moment leaves old or new."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Generator
from pathlib import Path

from ...faults import PermanentFault, TransientFault

_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EINTR)


@contextlib.contextmanager
def system_faults() -> Generator[None]:
    """Turn errors of the operating system into our faults; also usable as a decorator."""
    try:
        yield
    except OSError as error:
        kind = TransientFault if error.errno in _PASSING else PermanentFault
        where = f"{error.filename}: " if error.filename else ""
        raise kind(f"{where}{error.strerror or error}") from error


def private_folder(path: Path) -> Path:
    """Make ``path`` (0700) with its missing parents and return it.

    Raises :class:`PermanentFault` when it is a link, no folder, or belongs to somebody else: another user of
    the machine could have put it there.
    """
    for missing in [p for p in reversed(path.parents) if not p.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise PermanentFault(f"{path} is no folder", hint=f"remove {path}")
    if found.st_uid != os.geteuid():
        raise PermanentFault(f"the folder {path} belongs to user {found.st_uid}, not to you")
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o700)
    return path


def write_private(path: Path, data: bytes, owner: tuple[int, int] | None = None) -> None:
    """Replace the file at ``path`` (0600) in one step. ``owner``, a uid and a gid, is whose it is instead of ours."""
    fresh = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if owner:
                os.fchown(file.fileno(), *owner)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Generator[Path]:
    """Hold the folder for this thread alone, against other threads and processes; made private if missing.

    The lock is on the folder itself, so it leaves no file and ends with the process. The folder may be removed
    while it is held.
    """
    while True:
        try:
            descriptor = os.open(private_folder(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # somebody removes it, or a parent, at this moment
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is(descriptor, folder):
                yield folder
                return
        finally:
            os.close(descriptor)


def prune(folder: Path, *, levels: int = 1) -> None:
    """Remove ``folder`` and up to ``levels - 1`` of its parents as far as they are empty."""
    for _ in range(levels):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _is(descriptor: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), folder.lstat())
    except FileNotFoundError:
        return False
