"""The SQLite file behind a store: connections, transactions, and its failures in our words.

Reading connections cannot write. Writing ones begin with the lock (``BEGIN IMMEDIATE``) in WAL mode with
``synchronous=FULL``: what a transaction wrote is on the disk when it ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import QueuePool

from .translation import translated

BUSY_SECONDS = 10.0


class Database:
    """One SQLite file that exists. Usable by several threads; nothing is opened before it is needed."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._busy = busy_seconds

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one committed state and can write nothing."""
        with translated(self.path), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that no other writer runs beside; durable when it ends, undone if it raises."""
        with translated(self.path), self._writers.begin() as connection:
            yield connection

    def now_ms(self, connection: Connection) -> int:
        """Milliseconds since 1970 by the database's clock."""
        return int(connection.execute(_NOW).scalar_one())

    @contextmanager
    def raw(self) -> Generator[sqlite3.Connection]:
        """A reading connection of the driver underneath, outside any transaction; raises sqlite3.Error as it comes."""
        with closing(self._connect(writes=False)) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the database can be used again."""
        for engine in ("_readers", "_writers"):
            if engine in self.__dict__:
                self.__dict__.pop(engine).dispose()

    @cached_property
    def _readers(self) -> Engine:
        return self._engine(writes=False)

    @cached_property
    def _writers(self) -> Engine:
        return self._engine(writes=True)

    def _engine(self, *, writes: bool) -> Engine:
        connect = partial(self._connect, writes=writes)
        engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)
        event.listen(engine, "begin", _begin_writing if writes else _begin_reading)
        return engine

    def _connect(self, *, writes: bool) -> sqlite3.Connection:
        if writes:
            return self._opened("mode=rw", _WRITING)
        try:
            return self._opened("mode=rw", _READING)
        except sqlite3.OperationalError as error:
            for how in self._without_a_writable_place():
                with suppress(sqlite3.Error):
                    return self._opened(how, _READING, patient=False)
            raise error

    def _without_a_writable_place(self) -> Iterator[str]:
        """Ways to read where the log's index cannot be written: a full disk, a read-only folder."""
        yield "mode=rw&vfs=unix-excl"
        log = self.path.with_name(f"{self.path.name}-wal")
        if not log.exists() or not log.stat().st_size:
            yield "mode=ro&immutable=1"

    def _opened(self, how: str, pragmas: Iterable[str], *, patient: bool = True) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?{how}",
            uri=True,
            timeout=self._busy if patient else 0.0,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
            # Only now is the file looked at, and the log's index made where it is missing.
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


_NOW = text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")
_READING = ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON")
_WRITING = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)
