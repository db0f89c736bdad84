"""What the driver takes and gives."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...sdk import sealed


def _one_word(word: str) -> str:
    if "\0" in word:
        raise ValueError("an argument holds no NUL character")
    return word


Word = Annotated[str, AfterValidator(_one_word)]


class DeclaredOutput(BaseModel):
    """One output that the executable gives: its JSON type, and whether it is secret, stable, or may be absent."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["string", "integer", "number", "boolean", "object", "array", "any"] = "any"
    secret: bool = False
    stable: bool = False
    optional: bool = False


class ExecInputs(BaseModel):
    """``command`` is the executable and its arguments, which hold no secret: everybody can read them.

    A name without a slash is looked for on PATH; a relative path starts at the application's folder, which is also
    the working directory. ``inputs`` are handed over as they are. With ``outputs`` declared, placeholders are
    checked against them, and an answer that does not keep to them is a fault.
    """

    model_config = ConfigDict(extra="forbid")

    command: Annotated[list[Word], Field(min_length=1)]
    inputs: dict[str, Any] = sealed(default_factory=dict)
    outputs: dict[str, DeclaredOutput] | None = None


class ExecOutputs(BaseModel):
    """Whatever the executable gives."""

    model_config = ConfigDict(extra="allow")
