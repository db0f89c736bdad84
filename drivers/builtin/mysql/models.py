"""What the driver takes and gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from ...sdk import immutable, secret

NAME_CHARACTERS = 64
"""The longest name of a database in MariaDB, also as the pattern of a right, where ``_`` and ``%`` are escaped."""


def pattern(name: str) -> str:
    """A database's name as rights hold it: there ``_`` and ``%`` stand for any characters unless escaped."""
    return name.replace("_", "\\_").replace("%", "\\%")


def _fitting(name: str) -> str:
    if not name or len(pattern(name)) > NAME_CHARACTERS:
        raise ValueError(f"a name in MariaDB has 1 to {NAME_CHARACTERS} characters; _ and % count twice")
    if not name.isprintable() or "\\" in name or name.endswith(" ") or max(name) > "\uffff":
        raise ValueError(
            "a name in MariaDB has printable characters up to U+FFFF, no \\ and no space at its end"
        )
    return name


Name = Annotated[str, AfterValidator(_fitting)]
Port = Annotated[int, Field(ge=1, le=65535)]


class MysqlConnection(BaseModel):
    """A server and a user of it that may create users and databases.

    With ``tls`` the server must prove its name by a certificate that this machine trusts.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = immutable()
    port: Port = immutable(3306)
    username: str
    password: SecretStr = secret()
    tls: bool = False


class MysqlInputs(BaseModel):
    """``server`` may be left out where the resource has a connection of kind ``mysql``.

    ``username`` is ``database`` when absent. ``collation`` decides the character set, too; another one holds for tables
    that are made from then on.
    """

    model_config = ConfigDict(extra="forbid")

    server: MysqlConnection | None = None
    database: Name = immutable()
    username: Name | None = immutable(None)
    collation: str = Field(default="utf8mb4_unicode_ci", pattern="^[a-z0-9_]+$", max_length=64)

    @property
    def user(self) -> str:
        """The user that alone has rights on the database."""
        return self.username or self.database
