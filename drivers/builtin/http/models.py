"""What the driver takes."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from ...sdk import immutable, secret
from ..remote.models import RemoteInputs

_SHORTEST_KEY = 16


class HttpConnection(BaseModel):
    """A service and the key that requests to it are signed with.

    ``url`` is where its operations lie; without TLS only this machine is spoken to, because requests hold secrets. ``ca``
    are certificates (PEM) that sign the service's own, in place of those that this machine trusts.
    """

    model_config = ConfigDict(extra="forbid")

    url: str = immutable()
    key_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")
    key_secret: SecretStr = secret(min_length=_SHORTEST_KEY)
    ca: str | None = None

    @field_validator("url")
    @classmethod
    def _private(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url is that of a service, such as https://platform.example.com/buckets")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("url has no user, no query and no fragment")
        if parts.scheme == "http" and not _is_here(parts.hostname):
            raise ValueError(
                "url begins with https: requests hold secrets, and only this machine needs no TLS"
            )
        return url.rstrip("/")


class HttpInputs(RemoteInputs):
    """``path`` leads from the connection's URL to the operations, for a service that makes several kinds of things."""

    path: str = Field("", pattern=r"^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
