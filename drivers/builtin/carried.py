"""A folder beside a definition or in a repository as drivers are given it: its path or address, and its files."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


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
    """A folder: its path in the catalog or its address in a repository, and its files by their paths below it."""

    model_config = ConfigDict(extra="forbid")

    path: str
    files: dict[Annotated[str, AfterValidator(_plain_path)], str | Binary]

    def contents(self) -> dict[str, bytes]:
        """The content of each file by its path below the folder."""
        return {
            path: content.encode() if isinstance(content, str) else base64.b64decode(content.base64)
            for path, content in self.files.items()
        }
