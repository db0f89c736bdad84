"""The bytes of files, within limits."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..graph.diagnostics import Diagnostic, Place
from ..graph.errors import InvalidInput

MAX_BYTES = 10 * 1024 * 1024


def read_bytes(path: Path, shown: str, limit: int = MAX_BYTES) -> bytes:
    """The content of a regular file of at most ``limit`` bytes.

    ``shown`` is what people know the file by. Raises :class:`InvalidInput` when the file is missing, unreadable,
    too large, or something else than a file; a pipe or a device is never waited for.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(handle).st_mode
            content = _read(handle, limit + 1) if stat.S_ISREG(mode) else b""
        finally:
            os.close(handle)
    except (OSError, ValueError) as problem:
        raise unreadable(problem, shown) from None
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise InvalidInput(Diagnostic("file-not-regular", f"{shown} is {what}", place=Place(shown)))
    if len(content) > limit:
        raise too_large(shown, limit)
    return content


def _read(handle: int, size: int) -> bytes:
    """At most ``size`` bytes, fewer only at the end of the file."""
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read(size)


def too_large(shown: str, limit: int) -> InvalidInput:
    """The error about a file with more than ``limit`` bytes."""
    message = f"{shown} is larger than {limit // (1024 * 1024)} MiB"
    return InvalidInput(Diagnostic("file-too-large", message, place=Place(shown)))


def unreadable(problem: OSError | ValueError, shown: str) -> InvalidInput:
    """The error about a file that the system does not hand out."""
    if isinstance(problem, FileNotFoundError | NotADirectoryError):
        return InvalidInput(Diagnostic("file-missing", f"there is no file {shown}", place=Place(shown)))
    reason = getattr(problem, "strerror", None) or str(problem)
    message = f"{shown} cannot be read: {reason.lower()}"
    return InvalidInput(Diagnostic("file-unreadable", message, place=Place(shown)))
