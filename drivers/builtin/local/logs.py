"""What supervised programs printed: the last lines, and lines as they come."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...context import Cancellation

_CHUNK = 64 * 1024
_LONGEST = 16 * 1024
_PAUSE = 0.2


def last_lines(path: Path, count: int) -> list[str]:
    """At most ``count`` lines from the end of a log and, where it was just rotated, of the one before."""
    found = _tail(path, count)
    if len(found) < count:
        found = [*_tail(path.with_name(f"{path.name}.1"), count - len(found)), *found]
    return found


def last_words(lines: list[str]) -> str:
    """What a program printed last, the very last line first: it is what a progress line has room for."""
    told = [line for line in lines if line.strip()]
    if not told:
        return "it printed nothing"
    block = "".join(f"\n  | {line}" for line in lines) if len(told) > 1 else ""
    return f"its last line: {told[-1].strip()}{block}"


def follow(paths: Mapping[str, Path], lines: int, cancelled: Cancellation) -> Iterator[tuple[str, str]]:
    """Pairs of (source, line): the last lines of each log, then new ones of all until cancelled."""
    readers = {source: _Reader(path) for source, path in paths.items()}
    for source, path in paths.items():
        yield from ((source, line) for line in last_lines(path, lines))
    while not cancelled:
        for source, reader in readers.items():
            yield from ((source, line) for line in reader.fresh())
        cancelled.wait(_PAUSE)


class _Reader:
    """One log from its present end on; notices that it was rotated or made again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rest = b""
        self._inode, self._offset = self._now()

    def fresh(self) -> list[str]:
        """The complete lines since the last call."""
        inode, size = self._now()
        if inode != self._inode or size < self._offset:
            self._inode, self._offset = inode, 0
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_CHUNK)
        except OSError:
            return []
        self._offset += len(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            whole, self._rest = [*whole, self._rest], b""
        return [_shown(line) for line in whole]

    def _now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_size


def _tail(path: Path, count: int) -> list[str]:
    """Read from the end, at most 64 KiB for every 20 lines."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _CHUNK * (1 + count // 20)))
            data = file.read()
    except OSError:
        return []
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    return [_shown(line) for line in lines[-count:]] if count > 0 else []


def _shown(line: bytes) -> str:
    return line[:_LONGEST].decode("utf-8", errors="replace").rstrip("\r")
