"""What such a driver takes and gives."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ...sdk import sealed


class DeclaredOutput(BaseModel):
    """One output that is given: its JSON type, and whether it is secret, stable, or may be absent."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["string", "integer", "number", "boolean", "object", "array", "any"] = "any"
    secret: bool = False
    stable: bool = False
    optional: bool = False


class RemoteInputs(BaseModel):
    """``inputs`` are handed over as they are, secrets opened.

    With ``outputs`` declared, placeholders are checked against them, and an answer that does not keep to them is a fault.
    """

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = sealed(default_factory=dict)
    outputs: dict[str, DeclaredOutput] | None = None


class RemoteOutputs(BaseModel):
    """Whatever is given."""

    model_config = ConfigDict(extra="allow")
