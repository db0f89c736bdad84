"""The PostgreSQL database behind a shared store: connections, transactions, and its failures in our words.

All tables lie in one schema of their own. Writing transactions take one advisory lock, so that no two of them run beside
each other, as with a file; a commit is on the disk when it returns, whatever the server's default is.

Everything is set for one transaction and ends with it, and nothing is prepared: behind a pooler every transaction may be
another session's, which others use before and after.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from msgspec import Struct
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError

from ..failures import state_error
from .postgres_faults import translated

SCHEMA = "bakehouse"
"""The schema of the tables, where the URL names none."""

_PASSWORDS = ("password", "sslpassword")
"""The parameters of a URL that hold one."""

_SCHEMES = ("postgresql", "postgres")
_USED = "used"
_FRESH = 1.0
"""Seconds since its last use within which a connection counts as open."""

_PATIENCE = 10
"""Seconds until a connection that is not answered, or a lock that is not given, counts as a failure."""


class Address(Struct, frozen=True):
    """Where a shared store lies: what to connect to, the schema, and how it is called without a password."""

    target: URL
    schema: str
    shown: str

    @property
    def url(self) -> str:
        """The URL without a password: what may be written down."""
        query = {k: v for k, v in self.target.query.items() if k not in _PASSWORDS}
        if self.schema != SCHEMA:
            query["schema"] = self.schema
        target = self.target
        plain = URL.create(
            "postgresql", target.username, None, target.host, target.port, target.database, query
        )
        return plain.render_as_string(hide_password=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What never stands in a message."""
        given = (self.target.password, *(self.target.query.get(name) for name in _PASSWORDS))
        return tuple(str(word) for word in given if word)


def is_shared(url: str) -> bool:
    """Whether a URL names a shared store."""
    return url.partition(":")[0] in _SCHEMES


def address_of(url: str) -> Address:
    """The address that a ``postgresql://`` URL names; raises StateError, without repeating the URL."""
    expected = (
        "expected postgresql://USER@HOST:PORT/DATABASE, optionally with ?schema=NAME and parameters of libpq"
    )
    try:
        parsed = make_url(url)
        port = parsed.port
    except (ArgumentError, ValueError):
        raise state_error("state-url", "the URL of the state cannot be read", expected) from None
    query = dict(parsed.query)
    schema = query.pop("schema", SCHEMA)
    if not isinstance(schema, str) or not schema or not parsed.database:
        raise state_error(
            "state-url", "the URL of the state names no database, or more than one schema", expected
        )
    target = parsed.set(drivername="postgresql+psycopg", query=query)
    host = parsed.host or str(query.get("host", "the local socket"))
    where = f"{host}:{port}" if port else host
    return Address(target, schema, f"{schema} in database {parsed.database} at {where}")


class SharedDatabase:
    """One schema of a PostgreSQL database. Usable by several threads; nothing is opened before it is needed."""

    def __init__(self, address: Address) -> None:
        self.address = address

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one committed state and can write nothing."""
        with (
            self._translated(),
            self._engine.connect() as connection,
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True).begin(),
        ):
            connection.execute(_HERE, {"schema": self.address.schema, "patience": f"{_PATIENCE}s"})
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that no other writer of the store runs beside; durable when it ends, undone if it raises."""
        with self._translated(), self._engine.begin() as connection:
            connection.execute(_ALONE, {"schema": self.address.schema, "patience": f"{_PATIENCE}s"})
            yield connection

    def now_ms(self, connection: Connection) -> int:
        """Milliseconds since 1970 by the database's clock."""
        return int(connection.execute(_NOW).scalar_one())

    def close(self) -> None:
        """Close every connection; the database can be used again."""
        if "_engine" in self.__dict__:
            self.__dict__.pop("_engine").dispose()

    @cached_property
    def _engine(self) -> Engine:
        try:
            engine = create_engine(
                self.address.target,
                hide_parameters=True,
                connect_args={
                    "connect_timeout": _PATIENCE,
                    "application_name": "bakehouse",
                    "prepare_threshold": None,
                },
            )
        except ImportError:
            raise state_error(
                "state-driver",
                "a state in PostgreSQL needs the package psycopg, which is not installed",
                "pip install 'bakehouse[postgres]'",
            ) from None
        event.listen(engine, "checkin", _used)
        event.listen(engine, "checkout", self._still_open)
        return engine

    def _still_open(self, connection: Any, record: Any, _: Any) -> None:
        """Ask whether a connection still works that has not been used for a while: that costs a way to the server.

        A new one is not asked: where it fails, its first statement says why.
        """
        used = record.info.get(_USED)
        if used is None or time.monotonic() - used < _FRESH:
            return
        try:
            self._engine.dialect.do_ping(connection)
        except connection.Error:
            raise DisconnectionError from None

    @contextmanager
    def _translated(self) -> Generator[None]:
        with translated(self.address.shown, self.address.secrets):
            yield


def _used(_: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()


_HERE = text(
    "SELECT set_config('search_path', quote_ident(:schema), true), set_config('lock_timeout', :patience, true)"
)
_ALONE = text(
    "SELECT set_config('search_path', quote_ident(:schema), true), set_config('lock_timeout', :patience, true),"
    " set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true),"
    " pg_advisory_xact_lock(hashtext('bakehouse'), hashtext(:schema))"
)
_NOW = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
