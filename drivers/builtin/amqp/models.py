"""What the driver takes and gives."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from ...sdk import immutable, secret, stable
from ..loopback import is_here
from ..served import COMPLETE

PORT_VARIABLE = "RABBITMQ_NODE_PORT"
"""RabbitMQ's own variable for the port of AMQP, by which a server of the environment's own is found."""

READY_SECONDS = 180.0
"""How long a server of the environment's own may take to start."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$", max_length=128)]
Port = Annotated[int, Field(ge=1, le=65535)]


class AmqpConnection(BaseModel):
    """A server, where its management API is, and a user of it with the tag ``administrator``.

    ``management`` is by default port 15672 of the host, with TLS unless the host is this machine: requests hold a
    password. ``ca`` are certificates (PEM) that sign the API's own, in place of those that this machine trusts.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = immutable(pattern=r"^[A-Za-z0-9._:-]+$")
    port: Port = immutable(5672)
    management: str | None = None
    username: str = Field(pattern=r"^[^:\s]+$")
    password: SecretStr = secret()
    ca: str | None = None

    @field_validator("management")
    @classmethod
    def _private(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                "management is the URL of the management API, such as https://queue.internal:15671"
            )
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("management has no user, no query and no fragment")
        if parts.scheme == "http" and not is_here(parts.hostname):
            raise ValueError(
                "management begins with https: requests hold a password, and only this machine needs no TLS"
            )
        return url.rstrip("/")

    @property
    def api(self) -> str:
        """Where the management API is."""
        if self.management is not None:
            return self.management
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if is_here(self.host) else 'https'}://{host}:15672"


class AmqpInputs(BaseModel):
    """``server`` may be left out where the resource has a connection of kind ``amqp``.

    ``username`` is that of the virtual host when absent.
    """

    model_config = ConfigDict(extra="forbid")

    server: AmqpConnection | None = None
    vhost: Name = immutable()
    username: Name | None = immutable(None)

    @property
    def user(self) -> str:
        """The user that has every permission on the virtual host."""
        return self.username or self.vhost


class AmqpOutputs(BaseModel):
    """How to connect. ``condition`` is ``complete``, or what a read found amiss."""

    host: str = stable()
    port: int = stable()
    vhost: str = stable()
    username: str = stable()
    password: SecretStr = secret()
    condition: str = COMPLETE
