"""Files and links below a program's root; nothing is ever written outside it.

Every folder on the way is opened without following links, so that neither a hostile target nor a link that
the program left behind leads out.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Generator
from pathlib import Path

from ...faults import PermanentFault

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def steps(target: str) -> tuple[str, ...]:
    """The names on the way from the root to ``target``; raises :class:`PermanentFault` if it could lead out."""
    names = tuple(name for name in target.split("/") if name not in ("", "."))
    if not names or ".." in names or "\0" in target:
        raise PermanentFault(
            f"the target {target!r} is no path inside a container", hint="write one like /etc/app.conf"
        )
    return names


def inside(root: Path, target: str) -> Path:
    """Where ``target`` lies below ``root``."""
    return root.joinpath(*steps(target))


def write(root: Path, target: str, data: bytes, mode: int) -> None:
    """Write a file with exactly this mode, replacing a file or link that is there; folders are made as needed."""
    with _parent(root, target) as (folder, name):
        fresh = f".{name[:200]}.new"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(fresh, dir_fd=folder)
        descriptor = os.open(
            fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        os.replace(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)


def link(root: Path, target: str, source: str) -> None:
    """Make a link to ``source``, replacing a link that is there."""
    with _parent(root, target) as (folder, name):
        _forget(folder, name)
        os.symlink(source, name, dir_fd=folder)


def remove(root: Path, target: str) -> None:
    """Remove the file or link at ``target``; a folder, and what is gone already, is left alone."""
    with contextlib.suppress(FileNotFoundError), _parent(root, target, make=False) as (folder, name):
        _forget(folder, name)


@contextlib.contextmanager
def _parent(root: Path, target: str, *, make: bool = True) -> Generator[tuple[int, str]]:
    names = steps(target)
    folder = os.open(root, _FOLDER)
    try:
        for name in names[:-1]:
            below = _enter(folder, name, target, make)
            os.close(folder)
            folder = below
        yield folder, names[-1]
    except (IsADirectoryError, NotADirectoryError) as error:
        raise PermanentFault(f"the target {target} is in the way of another: {error.strerror}") from error
    finally:
        os.close(folder)


def _enter(folder: int, name: str, target: str, make: bool) -> int:
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o755, dir_fd=folder)
    if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise PermanentFault(f"the target {target} lies below {name!r}, which is a link (such as a volume)")
    return os.open(name, _FOLDER, dir_fd=folder)


def _forget(folder: int, name: str) -> None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(0, "there is a folder", name)
    os.unlink(name, dir_fd=folder)
