"""What the driver takes and gives."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...sdk import folder, sealed
from ..carried import Folder

PINNED = "source"
"""The input that names the module."""


class TerraformInputs(BaseModel):
    """``source`` is a folder beside the definition or in a repository, or an address that the program itself understands.

    ``version`` is that of a registry's module. ``variables`` are the module's. ``binary`` is the program: a name
    on PATH, or a path; without it ``terraform``, else ``tofu``.
    """

    model_config = ConfigDict(extra="forbid")

    source: Folder | str = folder()
    version: str | None = None
    variables: dict[str, Any] = sealed(default_factory=dict)
    binary: str | None = Field(default=None, min_length=1)


class TerraformOutputs(BaseModel):
    """The module's outputs."""

    model_config = ConfigDict(extra="allow")
