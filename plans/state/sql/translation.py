"""SQLite's failures in our words: each kind has a code of its own, and none is ever told as an empty state."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ..failures import damaged, state_error
from ..store import StateError
from .body import Unreadable

MAGIC = b"SQLite format 3\x00"

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}


@contextmanager
def translated(path: Path) -> Generator[None]:
    """Raise failures of the database at ``path`` as StateError; broken constraints are the caller's business."""
    try:
        yield
    except Unreadable as error:
        raise damaged(
            "state-corrupt", path, f"in the state {path} the record of {error} is damaged"
        ) from error
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.IntegrityError) or not isinstance(error.orig, sqlite3.Error):
            raise
        raise _told(path, error.orig) from error
    except sqlite3.Error as error:
        raise _told(path, error) from error


def _told(path: Path, error: sqlite3.Error) -> StateError:
    # Extended result codes carry the primary one in their low byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    with suppress(PermissionError):
        if not path.exists():
            return damaged("state-missing", path, f"the state {path} is gone")
    if code in _FULL:
        return state_error(
            "state-full",
            f"the state {path} cannot be written: {error}; nothing of this step was recorded",
            "make room on its disk, or look at the disk's health; then run the same command again",
        )
    if code in _READ_ONLY:
        return state_error(
            "state-read-only",
            f"the state {path} cannot be opened for writing: {error}",
            "look at the rights of the file and of its folder, and whether the disk is mounted read-only",
        )
    if code in _BUSY:
        return state_error(
            "state-busy",
            f"the state {path} is locked by another process: {error}",
            "run the command again; if it stays so, another program has the file open",
        )
    try:
        return _broken(path, str(error))
    except OSError as unreadable:
        return state_error("state-read-only", f"the state {path} cannot be read: {unreadable.strerror}")


def _broken(path: Path, why: str) -> StateError:
    with path.open("rb") as file:
        head = file.read(100)
        size = file.seek(0, os.SEEK_END)
    if size == 0:
        return damaged("state-truncated", path, f"the state {path} is an empty file")
    if head[:16] != MAGIC[: len(head)]:
        return damaged("state-corrupt", path, f"the state {path} is no database: {why}")
    page = int.from_bytes(head[16:18], "big")
    whole = int.from_bytes(head[28:32], "big") * (65536 if page == 1 else page)
    if len(head) < 100 or size < whole:
        return damaged("state-truncated", path, f"the state {path} is cut off: {size} bytes of {whole}")
    return damaged("state-corrupt", path, f"the state {path} is damaged: {why}")
