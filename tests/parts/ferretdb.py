"""A real FerretDB over SQLite for tests: it speaks MongoDB's protocol and has users, but no roles."""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from parts.finding import Program, need
from parts.running import folder, free_port, server

FERRETDB = Program("ferretdb", "ferretdb")


@dataclass(frozen=True)
class FerretServer:
    """A running server and its first user, one of the database ``admin``."""

    host: str
    port: int
    password: str = field(repr=False)
    folder: Path
    username: str = "admin"

    def client(self, **more: Any) -> MongoClient[dict[str, Any]]:
        """A client that waits for nothing, of the first user where nobody else is named."""
        login = {"username": self.username, "password": self.password, "authSource": "admin"}
        patience = {"serverSelectionTimeoutMS": 5000}
        return MongoClient(self.host, self.port, **(login | patience | more))


@contextlib.contextmanager
def ferretdb() -> Iterator[FerretServer]:
    """A server that ends, and whose folder is removed, with the block; it reports to nobody."""
    program = str(need(FERRETDB))
    with folder("ferretdb") as place:
        (place / "data").mkdir()
        running = FerretServer("127.0.0.1", free_port(), secrets.token_urlsafe(12), place)
        argv = (
            program, "--handler=sqlite", f"--sqlite-url=file:{place}/data/", f"--state-dir={place}",
            f"--listen-addr={running.host}:{running.port}", "--debug-addr=-", "--telemetry=disable",
            "--test-enable-new-auth", "--setup-database=admin", f"--setup-username={running.username}",
        )  # fmt: skip
        password = {"FERRETDB_SETUP_PASSWORD": running.password}
        with server(argv, place, lambda: _answers(running), name="ferretdb", variables=password):
            yield running


def _answers(running: FerretServer) -> bool:
    with contextlib.suppress(PyMongoError):
        nobody: MongoClient[dict[str, Any]]
        with MongoClient(running.host, running.port, serverSelectionTimeoutMS=200) as nobody:
            return bool(nobody.admin.command("ping")["ok"])
    return False
