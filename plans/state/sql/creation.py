"""Making a store's file, and bringing an older one to today's tables."""

from __future__ import annotations

import errno
import fcntl
import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import insert, update

from ..failures import state_error
from ..store import StateError
from . import schema
from .database import Database

_LOG = ("-wal", "-shm")


def create_file(path: Path) -> None:
    """Make a store with an id of its own at ``path``, whole or not at all; keeps one that another process made meanwhile.

    The file gets mode 0600, a folder that must be made 0700.
    """
    draft = path.parent / f".{path.name}.{uuid.uuid4().hex}"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _fill(draft)
        _publish(draft, path)
    except OSError as error:
        raise state_error(
            "state-full" if error.errno == errno.ENOSPC else "state-read-only",
            f"no state can be made at {path}: {error.strerror}",
            "look at the room and the rights of its folder, or choose another place with --state",
        ) from error
    except StateError as error:
        told = (replace(d, message=d.message.replace(str(draft), str(path))) for d in error.diagnostics)
        raise StateError(told) from error
    finally:
        with suppress(OSError):
            for suffix in ("", "-journal", *_LOG):
                draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def migrate(database: Database) -> None:
    """Bring the tables to this version's."""
    from .migrations import upgrade

    with database.writing() as connection:
        upgrade(connection)
        connection.execute(update(schema.store).values(schema_version=schema.SCHEMA_VERSION))


def _fill(draft: Path) -> None:
    from .migrations import upgrade

    database = Database(draft)
    with database.writing() as connection:
        upgrade(connection)
        connection.execute(insert(schema.store), first_row())
    database.close()


def first_row() -> dict[str, object]:
    """The row that says which store it is: with an id of its own."""
    return {
        "id": 1,
        "store_id": str(uuid.uuid4()),
        "schema_version": schema.SCHEMA_VERSION,
        "created": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def _publish(draft: Path, path: Path) -> None:
    """Give the whole file its name, unless one is there by now; all who make a store do this one after the other.

    A log that a lost file left behind belongs to that file: SQLite would play it into the new one.
    """
    with _opened(path.parent) as folder, _opened(draft) as file:
        os.fsync(file)
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists():
            return
        for suffix in _LOG:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        draft.rename(path)
        os.fsync(folder)


@contextmanager
def _opened(path: Path) -> Generator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)
