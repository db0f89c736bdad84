"""What the driver takes and gives."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from ...sdk import immutable, secret
from ..loopback import is_here
from ..served import DatabaseOutputs

SYSTEM = frozenset({"admin", "config", "local"})
"""The databases that are the server's own."""


def _not_the_servers(name: str) -> str:
    if name.lower() in SYSTEM:
        raise ValueError(f"the database {name} is the server's own; choose another name")
    return name


def _without_port(host: str) -> str:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise ValueError(f"the host {host} has a colon; give the port as port") from None
    return host


Database = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=63), AfterValidator(_not_the_servers)]
User = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=128)]
Host = Annotated[str, AfterValidator(_without_port)]
Port = Annotated[int, Field(ge=1, le=65535)]


class MongodbConnection(BaseModel):
    """A server and a user of its database ``admin`` that may make users and databases.

    ``tls`` is on unless the host is this machine, because a request that makes a user holds its password. ``ca`` are
    certificates (PEM) that sign the server's own, in place of those that this machine trusts.
    """

    model_config = ConfigDict(extra="forbid")

    host: Host = immutable(pattern=r"^[A-Za-z0-9._:-]+$")
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
    def host_of_url(self) -> str:
        """The host as a URL and the library want it: an address of IPv6 in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

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


class MongodbOutputs(DatabaseOutputs):
    """How to connect; ``connection`` is all of it as a URL."""

    connection: SecretStr = secret()


def url(server: MongodbConnection, database: str, user: str, password: str) -> str:
    """All that a client needs, as MongoDB's "Connection String URI Format" has it."""
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    tls = "&tls=true" if server.secure else ""
    return f"mongodb://{login}@{server.host_of_url}:{server.port}/{database}?authSource={database}{tls}"
