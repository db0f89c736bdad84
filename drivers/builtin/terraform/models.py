"""What the driver takes and gives."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...sdk import folder, sealed

PINNED = "source"
"""The input that names the module."""


def _plain_path(path: str) -> str:
    steps = path.split("/")
    if not path or "\0" in path or path.startswith("/") or any(step in ("", ".", "..") for step in steps):
        raise ValueError(f"'{path[:100]}' is no path below a folder")
    return path


def _in_base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("it is no base64") from None
    return text


class Binary(BaseModel):
    """A file that is no text."""

    model_config = ConfigDict(extra="forbid")

    base64: Annotated[str, AfterValidator(_in_base64)]


class Folder(BaseModel):
    """A module beside the definition: its path in the catalog, and its files."""

    model_config = ConfigDict(extra="forbid")

    path: str
    files: dict[Annotated[str, AfterValidator(_plain_path)], str | Binary]

    def contents(self) -> dict[str, bytes]:
        """The content of each file by its path below the folder."""
        return {
            path: content.encode() if isinstance(content, str) else base64.b64decode(content.base64)
            for path, content in self.files.items()
        }


class TerraformInputs(BaseModel):
    """``source`` is a folder beside the definition, or the address of a module in a repository or registry.

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
