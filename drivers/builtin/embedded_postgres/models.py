"""What the driver takes and gives."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr

from ...sdk import secret, stable

SUPERUSER = "bakehouse"
"""The server's superuser, whose password is an output."""


class EmbeddedPostgresInputs(BaseModel):
    """Nothing can be set: one server is like the other."""

    model_config = ConfigDict(extra="forbid")


class EmbeddedPostgresOutputs(BaseModel):
    """How to connect as superuser. An update changes none of it; only a rotation gives another password."""

    host: str = stable()
    port: int = stable()
    username: str = stable()
    password: SecretStr = secret(stable=True)
