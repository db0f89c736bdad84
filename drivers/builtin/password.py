"""Driver ``password``: a random password that others are given; the encrypted store of secrets keeps it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

from ...graph.values import Secret
from ..sdk import Context, CreateMode, Driver, Result, immutable, secret

_LETTERS = string.ascii_letters + string.digits
"""What needs no quoting in URLs, connection strings, configuration files and shells."""


class PasswordInputs(BaseModel):
    """``length`` in characters, of A-Z, a-z and 0-9; another one is another password."""

    model_config = ConfigDict(extra="forbid")

    length: int = immutable(32, ge=16, le=128)


class PasswordOutputs(BaseModel):
    """``value`` is the password; an update never changes it."""

    value: SecretStr = secret(stable=True)


class Password(Driver[PasswordInputs, PasswordOutputs]):
    """It exists in the record alone, so a create that was cut off left nothing that anybody knows."""

    name: ClassVar[str] = "password"
    summary: ClassVar[str] = "a random password, kept as a secret"
    create_mode: ClassVar[CreateMode] = CreateMode.PURE
    Inputs = PasswordInputs
    Outputs = PasswordOutputs

    def create(self, context: Context, inputs: PasswordInputs) -> Result:
        """The recorded password where there is one, else a new one."""
        return Result({"value": _recorded(context) or SecretStr(_random(inputs.length))})

    def update(self, context: Context, inputs: PasswordInputs) -> Result:
        """The same as :meth:`create`."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: PasswordInputs | None) -> Result:
        """What was recorded: nothing outside can have changed it."""
        return Result(context.prior.outputs if context.prior else {})

    def delete(self, context: Context) -> None:
        """Nothing is there to be removed but the record."""


def _recorded(context: Context) -> Secret | None:
    outputs: Mapping[str, Any] = context.prior.outputs if context.prior else {}
    value = outputs.get("value")
    return value if isinstance(value, Secret) else None


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
