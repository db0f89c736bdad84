"""Files of a catalog beside its YAML, which templates name by ``source``. Read only when a template is used."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from ...graph.diagnostics import Diagnostic, Place
from ...graph.errors import InvalidInput
from ..files import MAX_BYTES
from ..folder import Folder
from ..git import Git, GitFailed
from ..git.objects import contents, entries

MAX_FILES = 1000


class Raw(Struct, frozen=True):
    """The content of a file, and whether it is a program."""

    content: bytes
    executable: bool = False


class Extras(Protocol):
    """Hands out the files of one layer."""

    def below(self, path: str) -> dict[str, Raw]:
        """The file at a POSIX path inside the layer by the path ``""``, or all files below that folder by theirs.

        Raises :class:`InvalidInput`, also for links and where there is nothing.
        """
        ...


class FolderExtras(Struct, frozen=True):
    """The files of a catalog's folder."""

    root: Path

    def below(self, path: str) -> dict[str, Raw]:
        """See :class:`Extras`."""
        files = Folder(self.root)
        if not (self.root / path).resolve().is_relative_to(self.root.resolve()):
            raise InvalidInput(_link(path))
        if (self.root / path).is_dir():
            found = dict(self._walk(files, path, ""))
        else:
            found = {"": self._raw(files, path)}
        return _within_limits(found, path)

    def _walk(self, files: Folder, base: str, inner: str) -> Iterator[tuple[str, Raw]]:
        for entry in files.entries(posixpath.join(base, inner)):
            below = posixpath.join(inner, entry.name)
            if entry.is_link:
                raise InvalidInput(_link(posixpath.join(base, below)))
            if entry.is_folder:
                yield from self._walk(files, base, below)
            else:
                yield below, self._raw(files, posixpath.join(base, below))

    def _raw(self, files: Folder, path: str) -> Raw:
        return Raw(files.read(path), bool((self.root / path).stat().st_mode & 0o100))


class CommitExtras(Struct, frozen=True):
    """The files of a folder of a commit."""

    git: Git
    commit: str
    folder: str

    def below(self, path: str) -> dict[str, Raw]:
        """See :class:`Extras`."""
        path = posixpath.normpath(path)
        chosen = [e for e in entries(self.git, self.commit, self.folder) or () if _is_below(e.path, path)]
        if not chosen:
            raise InvalidInput(Diagnostic("file-missing", f"there is no file {path}", place=Place(path)))
        for entry in chosen:
            if not entry.is_file:
                raise InvalidInput(_link(entry.path))
            if entry.size > MAX_BYTES:
                raise InvalidInput(Diagnostic("file-too-large", f"{entry.path} is larger than 10 MiB"))
        try:
            read = contents(self.git, [e.id for e in chosen])
            pairs = zip(chosen, read, strict=True)
            found = {e.path[len(path) :].strip("/"): Raw(c, e.mode == "100755") for e, c in pairs}
        except GitFailed as problem:
            message = f"the cached copy of the repository is damaged: {problem}"
            raise InvalidInput(Diagnostic("git-cache", message)) from None
        return _within_limits(found, path)


def _is_below(path: str, base: str) -> bool:
    return path == base or path.startswith(f"{base}/")


def _within_limits(found: dict[str, Raw], path: str) -> dict[str, Raw]:
    if not found or len(found) > MAX_FILES:
        what = "holds no file" if not found else f"holds more than {MAX_FILES} files"
        raise InvalidInput(Diagnostic("template-source", f"the folder {path} {what}", place=Place(path)))
    return found


def _link(path: str) -> Diagnostic:
    message = f"{path} is a link, which a template does not follow"
    return Diagnostic("template-link", message, place=Place(path), hint="put the file itself there")
