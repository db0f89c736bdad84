"""Connections to a server, with every error turned into a fault."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ...sdk import Context, PermanentFault
from .faults import connecting, working
from .models import PostgresConnection

if TYPE_CHECKING:
    import psycopg

    Session = psycopg.Connection[tuple[Any, ...]]

_CONNECT_SECONDS = 10.0
_LOCK_SECONDS = 10.0
_MIN_VERSION = 130000


@contextlib.contextmanager
def session(
    context: Context, server: PostgresConnection, database: str | None = None
) -> Generator[Session, None, None]:
    """A connection in autocommit mode, ended with the block; statements end at the call's deadline.

    Raises our faults, also for what fails inside the block.
    """
    psycopg = _library()
    where = f"PostgreSQL at {server.host}:{server.port}"
    try:
        connection = psycopg.connect(
            host=server.host,
            port=server.port,
            user=server.username,
            password=server.password.get_secret_value(),
            dbname=database or server.database,
            sslmode=server.sslmode,
            connect_timeout=max(2, int(min(_CONNECT_SECONDS, context.seconds_left))),
            application_name="bakehouse",
            autocommit=True,
        )
    except psycopg.Error as error:
        raise connecting(error, where) from None
    try:
        with connection:
            _settle(connection, context)
            yield connection
    except psycopg.Error as error:
        raise working(error, where) from None


def opens(context: Context, server: PostgresConnection, database: str, role: str, password: str) -> bool:
    """Whether the role may log in with this password. A server that cannot be asked so, or asks for none, says yes."""
    psycopg = _library()
    try:
        psycopg.connect(
            host=server.host,
            port=server.port,
            user=role,
            password=password,
            dbname=database,
            sslmode=server.sslmode,
            connect_timeout=max(2, int(min(_CONNECT_SECONDS, context.seconds_left))),
            application_name="bakehouse",
        ).close()
    except psycopg.Error as error:
        return "password authentication failed" not in str(error)
    return True


def take(connection: Session, token: str) -> None:
    """Hold the token among all callers until the connection ends; those that come later wait, at most ten seconds."""
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (token,))


def verifier(connection: Session, role: str, password: str) -> str:
    """The SCRAM verifier of a password, computed here so that its clear text reaches no statement and no log."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def _settle(connection: Session, context: Context) -> None:
    if connection.info.server_version < _MIN_VERSION:
        raise PermanentFault("the server is older than PostgreSQL 13")
    left = context.seconds_left
    statement = "0" if math.isinf(left) else str(max(1, int(left * 1000)))
    connection.execute(
        "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)",
        (statement, str(int(_LOCK_SECONDS * 1000))),
    )


def _library() -> Any:
    try:
        import psycopg
    except ImportError:
        raise PermanentFault(
            "the package psycopg is not installed", hint="pip install 'bakehouse[postgres]'"
        ) from None
    return psycopg
