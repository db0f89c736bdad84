"""What the driver takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from ...sdk import immutable, secret

NAME_BYTES = 63
"""The longest name that PostgreSQL keeps whole (NAMEDATALEN - 1)."""


def _fitting(name: str) -> str:
    if not name or "\0" in name or len(name.encode()) > NAME_BYTES:
        raise ValueError(f"a name in PostgreSQL has 1 to {NAME_BYTES} bytes and no NUL character")
    return name


Name = Annotated[str, AfterValidator(_fitting)]
Port = Annotated[int, Field(ge=1, le=65535)]


class PostgresConnection(BaseModel):
    """A server and a role of it that may create roles and databases. ``database`` is the one to connect to."""

    model_config = ConfigDict(extra="forbid")

    host: str = immutable()
    port: Port = immutable(5432)
    username: str
    password: SecretStr = secret()
    database: str = "postgres"
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = None


class PostgresInputs(BaseModel):
    """``server`` may be left out where the resource has a connection of kind ``postgres``.

    ``username`` is ``database`` when absent. ``extensions`` are created in the database; one that is no longer
    listed stays, because dropping it would drop what uses it.
    """

    model_config = ConfigDict(extra="forbid")

    server: PostgresConnection | None = None
    database: Name = immutable()
    username: Name | None = immutable(None)
    extensions: tuple[Name, ...] = ()

    @property
    def role(self) -> str:
        """The role that owns the database."""
        return self.username or self.database
