"""Connections to a server, with every error turned into a fault."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...sdk import Context, PermanentFault
from .faults import NO_SUCH_COMMAND, WRONG_LOGIN, fault
from .models import MongodbConnection

_MECHANISM = "SCRAM-SHA-256"
_SELECT_SECONDS = 8.0
_CONNECT_SECONDS = 5.0
"""Shorter than the other, so that the reason of a connection that does not come about is known when it is asked for."""
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True)
class Session:
    """An open connection of the server's administrator; ``settings`` are those of clients of the same server."""

    client: Any = field(repr=False)
    settings: Mapping[str, Any] = field(repr=False)

    def run(self, database: str, command: str, value: object, **more: object) -> Mapping[str, Any]:
        """What the server answers to a command in a database."""
        answer: Mapping[str, Any] = self.client[database].command(command, value, **more)
        return answer

    def collection(self, database: str, name: str) -> Any:
        """A collection, whether there is one or not."""
        return self.client[database][name]

    def collections(self, database: str) -> tuple[str, ...]:
        """The names of the collections of a database; of one that does not exist there are none."""
        return tuple(sorted(self.client[database].list_collection_names()))

    def databases(self) -> tuple[str, ...]:
        """The names of all databases."""
        return tuple(sorted(self.client.list_database_names()))

    def lets_in(self, database: str, user: str, password: str) -> bool:
        """Whether a user of a database can log in with a password."""
        library = _library()
        login = {"username": user, "password": password, "authSource": database}
        try:
            with library.MongoClient(**self.settings, **login, authMechanism=_MECHANISM) as client:
                client[database].command("ping")
        except library.errors.OperationFailure as error:
            if error.code != WRONG_LOGIN:
                raise
            return False
        return True


@contextlib.contextmanager
def session(context: Context, server: MongodbConnection) -> Generator[Session, None, None]:
    """A connection that ends with the block; every answer comes within the call's deadline, or not at all.

    Raises our faults, also for what fails inside the block.
    """
    library = _library()
    where = f"MongoDB at {server.host}:{server.port}"
    login = {"username": server.username, "password": server.password.get_secret_value()}
    try:
        with (
            _settings(context, server) as settings,
            library.MongoClient(**settings, **login, authSource="admin", authMechanism=_MECHANISM) as client,
        ):
            opened = Session(client, settings)
            _log_in(opened, library, where)
            yield opened
    except (library.errors.PyMongoError, OSError) as error:
        raise fault(error, where) from None


@contextlib.contextmanager
def _settings(context: Context, server: MongodbConnection) -> Generator[dict[str, Any], None, None]:
    """Those of a client that speaks to just this server and tries nothing twice."""
    left = min(max(1.0, context.seconds_left), _LONGEST_SECONDS)
    settings: dict[str, Any] = {
        "host": server.host_of_url,
        "port": server.port,
        "directConnection": True,
        "appname": "bakehouse",
        "retryReads": False,
        "retryWrites": False,
        "serverSelectionTimeoutMS": int(1000 * min(_SELECT_SECONDS, left)),
        "connectTimeoutMS": int(1000 * min(_CONNECT_SECONDS, left)),
        "socketTimeoutMS": int(1000 * left),
        "tls": server.secure,
    }
    if not server.secure or server.ca is None:
        yield settings
        return
    with tempfile.NamedTemporaryFile("w", prefix="bakehouse-ca-", suffix=".pem", encoding="utf-8") as file:
        file.write(server.ca)
        file.flush()
        yield {**settings, "tlsCAFile": file.name}


def _log_in(opened: Session, library: Any, where: str) -> None:
    """Raise a fault for a password that the library cannot send, and for a server without roles."""
    try:
        _check(opened, library)
    except (library.errors.PyMongoError, OSError):
        raise
    except (ValueError, IndexError):
        # What its SASLprep raises for a control character, such as the end of a file's line, and for nothing at all.
        raise PermanentFault(
            f"{where}: the password is empty or holds what no password may hold, such as the end of a line",
            hint="check username and password of the server or connection",
        ) from None


def _check(opened: Session, library: Any) -> None:
    """Raise a fault for a server without roles."""
    try:
        opened.run("admin", "rolesInfo", "readWrite")
    except library.errors.OperationFailure as error:
        if error.code != NO_SUCH_COMMAND:
            raise
        raise PermanentFault(
            "the server has no roles: each of its users may read and change every database",
            hint="give a server that has them, such as MongoDB; FerretDB 1 has none",
        ) from None


def _library() -> Any:
    try:
        import pymongo
    except ImportError:
        raise PermanentFault(
            "the package pymongo is not installed", hint="pip install 'bakehouse[mongodb]'"
        ) from None
    return pymongo
