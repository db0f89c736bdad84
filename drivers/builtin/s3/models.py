"""What the driver takes and gives."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from ...sdk import immutable, secret, stable
from ..served import COMPLETE


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is a URL such as https://store.internal:9000")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("it has no user, no query and no fragment")
    return url.rstrip("/")


def _private(url: str) -> str:
    parts = urlsplit(_endpoint(url))
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        raise ValueError("it begins with https: new keys are answered, and only this machine needs no TLS")
    return url.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_address(name: str) -> str:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name
    raise ValueError("a bucket is not named like an IP address")


KeyId = Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", max_length=128)]


class WorkloadKeys(BaseModel):
    """A key that workloads get where the store makes none."""

    model_config = ConfigDict(extra="forbid")

    access_key_id: KeyId
    secret_key: SecretStr = secret()


class S3Connection(BaseModel):
    """A store and a key of it that may make buckets.

    ``iam`` is where its API for users is, which speaks as that of AWS does: each bucket gets a user and key of its own
    there. Where a store has none, ``workloads`` names the key that all workloads get. One of the two must be given: what
    the driver itself uses is never passed on unasked.
    """

    model_config = ConfigDict(extra="forbid")

    endpoint: Annotated[str, AfterValidator(_endpoint)] = immutable()
    region: str = immutable("us-east-1", pattern="^[a-z0-9-]{1,64}$")
    access_key_id: KeyId
    secret_key: SecretStr = secret()
    iam: Annotated[str, AfterValidator(_private)] | None = None
    workloads: WorkloadKeys | None = None

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> S3Connection:
        if (self.iam is None) == (self.workloads is None):
            raise ValueError("give either iam, which makes keys, or workloads, the key that workloads get")
        return self


class S3Inputs(BaseModel):
    """``server`` may be left out where the resource has a connection of kind ``s3``.

    ``username`` is that of the bucket when absent, and of no meaning where the store makes no keys. With ``empty_first`` a
    delete removes all objects, of all versions; else a bucket that holds any is not deleted.
    """

    model_config = ConfigDict(extra="forbid")

    server: S3Connection | None = None
    bucket: Annotated[str, AfterValidator(_no_address)] = immutable(
        pattern="^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"
    )
    username: str | None = immutable(None, pattern="^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$")
    versioning: bool = False
    empty_first: bool = False

    @property
    def user(self) -> str:
        """The user that the key belongs to."""
        return self.username or self.bucket


class S3Outputs(BaseModel):
    """Where the bucket is, and the key. ``condition`` is ``complete``, or what a read found amiss."""

    bucket: str = stable()
    endpoint: str = stable()
    region: str = stable()
    access_key_id: str
    secret_key: SecretStr = secret()
    aws_access_key_id: str
    aws_secret_key: SecretStr = secret()
    condition: str = COMPLETE
