"""What the driver takes and gives."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from ...sdk import immutable, secret, stable
from ..loopback import is_here

COMPLETE = "complete"
"""The ``condition`` of a database and user that are as they were made."""

SYSTEM = frozenset({"admin", "config", "local"})
"""The databases that are the server's own."""


def _not_the_servers(name: str) -> str:
    if name.lower() in SYSTEM:
        raise ValueError(f"the database {name} is the server's own; choose another name")
    return name


Database = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=63), AfterValidator(_not_the_servers)]
User = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=128)]
Port = Annotated[int, Field(ge=1, le=65535)]


class MongodbConnection(BaseModel):
    """A server and a user of its database ``admin`` that may make users and databases.

    ``tls`` is on unless the host is this machine, because a request that makes a user holds its password. ``ca`` are
    certificates (PEM) that sign the server's own, in place of those that this machine trusts.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = immutable(pattern=r"^[A-Za-z0-9._:-]+$")
    port: Port = immutable(27017)
    username: str = Field(min_length=1)
    password: SecretStr = secret()
    tls: bool | None = None
    ca: str | None = None

    @model_validator(mode="after")
    def _private(self) -> MongodbConnection:
        if self.tls is False and not is_here(self.host):
            raise ValueError("tls is off: requests hold passwords, and only this machine needs no TLS")
        return self

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return not is_here(self.host) if self.tls is None else self.tls


class MongodbInputs(BaseModel):
    """``server`` may be left out where the resource has a connection of kind ``mongodb``.

    ``username`` is ``database`` when absent; the user is one of that database.
    """

    model_config = ConfigDict(extra="forbid")

    server: MongodbConnection | None = None
    database: Database = immutable()
    username: User | None = immutable(None)

    @property
    def user(self) -> str:
        """The user that alone has rights on the database."""
        return self.username or self.database


class MongodbOutputs(BaseModel):
    """How to connect. ``name`` and ``database`` are the same; ``connection`` is all of it as a URL.

    ``condition`` is ``complete``, or what a read found amiss.
    """

    host: str = stable()
    port: int = stable()
    name: str = stable()
    database: str = stable()
    username: str = stable()
    password: SecretStr = secret()
    connection: SecretStr = secret()
    condition: str = COMPLETE


def url(server: MongodbConnection, database: str, user: str, password: str) -> str:
    """All that a client needs, as MongoDB's "Connection String URI Format" has it."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    tls = "&tls=true" if server.secure else ""
    return f"mongodb://{login}@{host}:{server.port}/{database}?authSource={database}{tls}"
