"""A real server for tests that speaks MongoDB's protocol and has users with roles: SecantusDB, in a temporary folder.

MongoDB's own server is in no package registry. FerretDB, which `parts.ferretdb` starts, has users without roles.
"""

import contextlib
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from parts.finding import Program, need
from parts.running import folder, free_port, server

SECANTUS = Program("secantusd-py", how="`make parts` installs it", folders=(str(Path(sys.prefix) / "bin"),))


@dataclass(frozen=True)
class MongodbServer:
    """A running server and its administrator, a user of the database ``admin``."""

    host: str
    port: int
    password: str = field(repr=False)
    folder: Path
    username: str = "admin"

    def client(self, **more: Any) -> MongoClient[dict[str, Any]]:
        """A client that waits for nothing, of the administrator where nobody else is named."""
        login = {"username": self.username, "password": self.password, "authSource": "admin"}
        patience = {"serverSelectionTimeoutMS": 5000}
        return MongoClient(self.host, self.port, directConnection=True, **(login | patience | more))


@contextlib.contextmanager
def mongodb(*, tls: Mapping[str, Path] | None = None) -> Iterator[MongodbServer]:
    """A server that ends, and whose folder is removed, with the block.

    ``tls`` holds the files ``cert`` and ``key``: with them it speaks nothing but TLS.
    """
    program, password = str(need(SECANTUS)), secrets.token_urlsafe(12)
    with folder("mongodb") as place:
        first = MongodbServer("127.0.0.1", free_port(), password, place)
        with server(_argv(program, first), place, lambda: _answers(first), name="secantusd"):
            client: MongoClient[dict[str, Any]]
            with MongoClient(first.host, first.port) as client:
                client.admin.command("createUser", "admin", pwd=password, roles=["root"])
        running = MongodbServer("127.0.0.1", free_port(), password, place)
        more = tuple(part for name, path in (tls or {}).items() for part in (f"--tls-{name}-file", str(path)))
        argv = (*_argv(program, running), "--auth", *more)
        with server(argv, place, lambda: _answers(running, tls=bool(tls)), name="secantusd", grace=0):
            yield running


def _argv(program: str, running: MongodbServer) -> tuple[str, ...]:
    place = ("--host", running.host, "--port", str(running.port), "--storage-path", f"{running.folder}/data")
    return (program, *place, "--standalone")


def _answers(running: MongodbServer, *, tls: bool = False) -> bool:
    """Whether it says anything to somebody who has not logged in."""
    settings: dict[str, Any] = {"tls": True, "tlsInsecure": True} if tls else {}
    with contextlib.suppress(PyMongoError):
        nobody: MongoClient[dict[str, Any]]
        with MongoClient(running.host, running.port, serverSelectionTimeoutMS=200, **settings) as nobody:
            return bool(nobody.admin.command("ping")["ok"])
    return False
