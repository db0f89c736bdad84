"""What is read, from a folder or from a snapshot of one.

Paths are in POSIX form and relative to the root. Everything goes through :class:`Files`, so that an application can
be loaded again from the bytes that were recorded with a deployment.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from fnmatch import translate
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from ..graph.diagnostics import Diagnostic, Place
from ..graph.errors import InvalidInput
from .files import MAX_BYTES, read_bytes, too_large, unreadable

OURS = ".bakehouse"
"""The folder at the root that is no part of an application: the default state, and what is recorded beside the files."""


class Entry(Struct, frozen=True):
    """Something in a folder; ``is_link`` says that it is reached through a symbolic link."""

    name: str
    is_folder: bool
    is_link: bool = False


class Files(Protocol):
    """Hands out bytes by path. Two calls with one path give the same bytes."""

    def read(self, path: str, *, within: str = "", limit: int = MAX_BYTES) -> bytes:
        """The content of the file at ``path``, which must lie inside the folder ``within``.

        Raises :class:`InvalidInput` with code ``path-outside`` where it does not, also through a symbolic link;
        otherwise as :func:`read_bytes` does.
        """
        ...

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """What lies in ``folder``, by name; empty where there is no such folder."""
        ...


class Folder(Struct, frozen=True):
    """A folder on disk. ``sources`` collects everything that was read, by path."""

    root: Path
    sources: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def read(self, path: str, *, within: str = "", limit: int = MAX_BYTES) -> bytes:
        """See :class:`Files`."""
        clean = inside(path, within)
        if clean not in self.sources:
            full = self.root / clean
            self._check_links(full, self.root / within, clean)
            self.sources[clean] = read_bytes(full, clean, limit)
        elif len(self.sources[clean]) > limit:
            raise too_large(clean, limit)
        return self.sources[clean]

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """See :class:`Files`."""
        try:
            with os.scandir(self.root / folder) as found:
                return tuple(sorted((Entry(e.name, e.is_dir(), e.is_symlink()) for e in found), key=_name))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as problem:
            raise unreadable(problem, folder or str(self.root)) from None

    def _check_links(self, full: Path, border: Path, shown: str) -> None:
        try:
            outside = not full.resolve().is_relative_to(border.resolve())
        except (OSError, RuntimeError, ValueError) as problem:
            reason = problem if isinstance(problem, OSError | ValueError) else OSError(str(problem))
            raise unreadable(reason, shown) from None
        if outside:
            raise _outside(shown, "leads outside through a symbolic link")


class Snapshot(Struct, frozen=True):
    """The files that were read once, by path."""

    sources: Mapping[str, bytes]

    def read(self, path: str, *, within: str = "", limit: int = MAX_BYTES) -> bytes:
        """See :class:`Files`."""
        clean = inside(path, within)
        content = self.sources.get(clean)
        if content is None:
            raise unreadable(FileNotFoundError(), clean)
        if len(content) > limit:
            raise too_large(clean, limit)
        return content

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """See :class:`Files`."""
        prefix = f"{folder}/" if folder else ""
        found: dict[str, bool] = {}
        for path in self.sources:
            name, _, rest = path.removeprefix(prefix).partition("/")
            if path.startswith(prefix):
                found[name] = bool(rest)
        return tuple(Entry(name, is_folder) for name, is_folder in sorted(found.items()))


class Changed(Struct, frozen=True):
    """A folder as it would be with other contents of some files, by path; None is a file that is not there.

    ``sources`` collects everything that was read, as that of a :class:`Folder` does.
    """

    folder: Folder
    changes: Mapping[str, bytes | None]
    sources: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def read(self, path: str, *, within: str = "", limit: int = MAX_BYTES) -> bytes:
        """See :class:`Files`."""
        clean = inside(path, within)
        if clean not in self.changes:
            self.sources[clean] = self.folder.read(path, within=within, limit=limit)
        else:
            there = {n: c for n, c in self.changes.items() if c is not None}
            self.sources[clean] = Snapshot(there).read(path, within=within, limit=limit)
        return self.sources[clean]

    def entries(self, folder: str) -> tuple[Entry, ...]:
        """See :class:`Files`."""
        prefix = f"{folder}/" if folder else ""
        found = {
            e.name: e
            for e in self.folder.entries(folder)
            if self.changes.get(prefix + e.name, b"") is not None
        }
        made = Snapshot({n: c for n, c in self.changes.items() if c is not None})
        found = {**{e.name: e for e in made.entries(folder)}, **found}
        return tuple(found[name] for name in sorted(found))


def inside(path: str, within: str = "") -> str:
    """``path`` without ``.`` and ``..``; raises :class:`InvalidInput` where it is not inside ``within``."""
    clean = posixpath.normpath(path)
    border = "" if within in ("", ".") else f"{posixpath.normpath(within)}/"
    if posixpath.isabs(path) or clean.startswith("../") or clean in ("..", "."):
        raise _outside(path, "leaves the folder of the application")
    if clean == OURS or clean.startswith(f"{OURS}/"):
        raise _outside(path, "leads into the folder of the state, which is no part of the application")
    if not clean.startswith(border):
        raise _outside(path, f"leaves the folder {within}")
    return clean


def matching(files: Files, pattern: str) -> tuple[str, ...]:
    """The files whose paths match ``pattern``, sorted.

    ``*``, ``?`` and ``[...]`` match inside one name, ``**`` any number of folders (links are not followed there).
    Names that start with a dot match only where the pattern writes the dot.
    """
    return tuple(sorted(set(_matching(files, "", [s for s in pattern.split("/") if s not in ("", ".")]))))


def _matching(files: Files, folder: str, steps: list[str]) -> Iterator[str]:
    if not steps:
        return
    first, rest = steps[0], steps[1:]
    if first == "**":
        steps = steps if rest else ["**", "*"]
        yield from _matching(files, folder, steps[1:])
        for entry in files.entries(folder):
            if entry.is_folder and not entry.is_link and not entry.name.startswith("."):
                yield from _matching(files, posixpath.join(folder, entry.name), steps)
        return
    wanted = re.compile(translate(first))
    for entry in files.entries(folder):
        hidden = entry.name.startswith(".") and not first.startswith(".")
        if hidden or not wanted.match(entry.name) or entry.is_folder is not bool(rest):
            continue
        path = posixpath.join(folder, entry.name)
        if rest:
            yield from _matching(files, path, rest)
        else:
            yield path


def _name(entry: Entry) -> str:
    return entry.name


def _outside(path: str, how: str) -> InvalidInput:
    message = f"the path '{path[:200]}' {how}"
    return InvalidInput(Diagnostic("path-outside", message, place=Place(path[:200])))
