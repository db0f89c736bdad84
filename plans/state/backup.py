"""Backups of a file store: consistent copies in a folder beside it, the newest few kept."""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

KEPT = 5


def backup_folder(store: Path) -> Path:
    """Where the backups of the store at ``store`` lie."""
    return store.parent / "backups"


def backups(store: Path) -> tuple[Path, ...]:
    """The backups of the store at ``store``, newest first."""
    return tuple(sorted(backup_folder(store).glob(f"{store.stem}-*{store.suffix}"), reverse=True))


def newest_backup(store: Path) -> Path | None:
    """The newest backup of the store at ``store``, or None."""
    return next(iter(backups(store)), None)


def write_backup(source: sqlite3.Connection, store: Path) -> Path:
    """Copy the database behind ``source`` as it is at this moment, while others may write to it.

    The copy is one file with mode 0600, checked before an older one makes room for it. Raises sqlite3.Error
    or OSError; then the older backups are untouched.
    """
    folder = backup_folder(store)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{uuid.uuid4().hex}"
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(draft, isolation_level=None)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {found}")
        final = folder / f"{store.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{store.suffix}"
        draft.rename(final)
    finally:
        draft.unlink(missing_ok=True)
    for old in backups(store)[KEPT:]:
        old.unlink(missing_ok=True)
    return final
