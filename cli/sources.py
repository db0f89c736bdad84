"""Reads the one line of a file that a diagnostic points to."""

from __future__ import annotations

from pathlib import Path

from ..graph.diagnostics import Place

_LONGEST = 100_000


class SourceLines:
    """Finds files relative to the given folders, in their order; what cannot be read has no line."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders

    def __call__(self, place: Place) -> str | None:
        """The line without its end, None when the file or the line is not there."""
        for folder in self._folders:
            path = folder / place.file
            try:
                if path.is_file():
                    return _line(path, place.line)
            except (OSError, ValueError):
                continue
        return None


def _line(path: Path, number: int) -> str | None:
    with path.open("rb") as file:
        for _ in range(number - 1):
            if not file.readline(_LONGEST):
                return None
        content = file.readline(_LONGEST)
    return content.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n") if content else None
