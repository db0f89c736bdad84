"""Connections to a server, with every error turned into a fault."""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import ssl
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ...sdk import Context, PermanentFault, TransientFault
from .faults import connecting, working
from .models import MysqlConnection

if TYPE_CHECKING:
    import pymysql

_CONNECT_SECONDS = 10.0
_LOCK_SECONDS = 10
_LONGEST_SECONDS = 3600.0
_LEAST_VERSION = (10, 5)
_VERSION = re.compile(r"(\d+)\.(\d+)\.\d+-MariaDB")


class Session(Struct, frozen=True):
    """An open connection in autocommit mode."""

    connection: pymysql.Connection[Any]

    def rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        """What a query gives; ``%s`` stands for each value."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def records(self, statement: str, *values: str) -> list[Mapping[str, Any]]:
        """The same, by the names of the columns."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def run(self, statement: str, **parts: str) -> None:
        """Run a statement whose ``{parts}`` are quoted already."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement.format(**parts))

    def text(self, value: str) -> str:
        """A string literal."""
        return str(self.connection.escape(value))


def quoted(name: str) -> str:
    """The name of a database in a statement."""
    return f"`{name.replace('`', '``')}`"


def verifier(password: str) -> str:
    """What the server checks a password by, computed here so that its clear text reaches no statement and no log."""
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return f"*{hashlib.sha1(once, usedforsecurity=False).hexdigest().upper()}"


@contextlib.contextmanager
def session(context: Context, server: MysqlConnection) -> Generator[Session, None, None]:
    """A connection that ends with the block; statements end at the call's deadline.

    Raises our faults, also for what fails inside the block.
    """
    library = _library()
    where = f"MariaDB at {server.host}:{server.port}"
    left = min(max(1.0, context.seconds_left), _LONGEST_SECONDS)
    try:
        connection = library.connect(
            host=server.host,
            port=server.port,
            user=server.username,
            password=server.password.get_secret_value(),
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=min(_CONNECT_SECONDS, left),
            read_timeout=left,
            write_timeout=left,
            ssl=ssl.create_default_context() if server.tls else None,
            ssl_disabled=not server.tls,
        )
    except (library.Error, OSError) as error:
        raise connecting(error, where) from None
    try:
        with connection:
            opened = Session(connection)
            _settle(opened, context)
            yield opened
    except (library.Error, OSError) as error:
        raise working(error, where) from None


def take(opened: Session, token: str) -> None:
    """Hold the token among all callers until the connection ends; those that come later wait, at most ten seconds."""
    if opened.rows("SELECT GET_LOCK(%s, %s)", token, str(_LOCK_SECONDS)) != [(1,)]:
        raise TransientFault("another call works on the same object", retry_after=1.0)


def _settle(opened: Session, context: Context) -> None:
    version = str(opened.rows("SELECT VERSION()")[0][0])
    found = _VERSION.search(version)
    if found is None or (int(found[1]), int(found[2])) < _LEAST_VERSION:
        raise PermanentFault(
            f"the server is {version}, and must be MariaDB 10.5 or newer",
            hint="older ones, and MySQL, cannot mark a database with whose it is",
        )
    left = context.seconds_left
    opened.run(
        "SET SESSION sql_mode = '', lock_wait_timeout = {lock}, max_statement_time = {left}",
        lock=str(_LOCK_SECONDS),
        left="0" if math.isinf(left) else str(max(1, int(left))),
    )


def _library() -> Any:
    try:
        import pymysql
    except ImportError:
        raise PermanentFault(
            "the package PyMySQL is not installed", hint="pip install 'bakehouse[mysql]'"
        ) from None
    return pymysql
