"""What the driver takes and gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from ...sdk import immutable, secret, stable
from ..served import COMPLETE

RESERVED = "bakehouse"
"""The prefix of keys of our own."""


def _not_ours(name: str) -> str:
    if name == RESERVED:
        raise ValueError(f"{RESERVED} is the prefix that says whose the others are; choose another one")
    return name


Name = Annotated[str, Field(pattern="^[A-Za-z0-9._-]+$", max_length=128), AfterValidator(_not_ours)]
Port = Annotated[int, Field(ge=1, le=65535)]


class RedisConnection(BaseModel):
    """A server and a user of it that may administer users.

    With ``tls`` the server must prove its name by a certificate that this machine trusts.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = immutable()
    port: Port = immutable(6379)
    username: str = "default"
    password: SecretStr | None = secret(None)
    tls: bool = False


class RedisInputs(BaseModel):
    """``server`` may be left out where the resource has a connection of kind ``redis``.

    The user may use keys and channels that begin with ``prefix`` and a colon. ``username`` is ``prefix`` when absent.
    """

    model_config = ConfigDict(extra="forbid")

    server: RedisConnection | None = None
    prefix: Name = immutable()
    username: Name | None = immutable(None)

    @property
    def user(self) -> str:
        """The user that alone may use the keys."""
        return self.username or self.prefix


class RedisOutputs(BaseModel):
    """How to connect. ``prefix`` is what keys and channels begin with, the colon included.

    ``condition`` is ``complete``, or what a read found amiss.
    """

    host: str = stable()
    port: int = stable()
    username: str = stable()
    password: SecretStr = secret()
    prefix: str = stable()
    condition: str = COMPLETE
