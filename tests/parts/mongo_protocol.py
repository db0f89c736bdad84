"""What tests know of any server that speaks MongoDB's protocol, whichever program it is."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError


@dataclass(frozen=True)
class MongoServer:
    """A server on this machine and its first user, who may do everything: one of the database ``admin``."""

    host: str
    port: int
    password: str = field(repr=False)
    folder: Path
    username: str = "admin"

    def client(self, **more: Any) -> MongoClient[dict[str, Any]]:
        """A client that waits for nothing, of the first user where nobody else is named."""
        login = {"username": self.username, "password": self.password, "authSource": "admin"}
        patience = {"serverSelectionTimeoutMS": 5000}
        return MongoClient(self.host, self.port, directConnection=True, **(login | patience | more))

    def answers(self, *, tls: bool = False) -> bool:
        """Whether it says anything to somebody who has not logged in."""
        settings: dict[str, Any] = {"tls": True, "tlsInsecure": True} if tls else {}
        with contextlib.suppress(PyMongoError):
            nobody: MongoClient[dict[str, Any]]
            with MongoClient(self.host, self.port, serverSelectionTimeoutMS=200, **settings) as nobody:
                return bool(nobody.admin.command("ping")["ok"])
        return False
