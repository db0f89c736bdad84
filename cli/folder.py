"""A folder of files that are made again and again: only what an earlier run made is ever replaced or removed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..graph.diagnostics import Diagnostic
from ..graph.errors import InvalidInput
from ..graph.fingerprint import digest_bytes

MANIFEST = ".bakehouse-render.json"
"""Names every file that a run made, with its digest."""

_DRAFT = ".bakehouse-render.tmp"
_FORMAT = 1


class Written(Struct, frozen=True):
    """How many files there are now, and how many of an earlier run were removed."""

    files: int
    removed: int


class MadeFolder:
    """The folder at ``path``; ``owner`` says what it is made of, such as an application and its environment.

    Everything may be killed at any moment and called again. No symbolic link below ``path`` is followed.
    """

    def __init__(self, path: Path, owner: Mapping[str, str]) -> None:
        self._path = path
        self._owner = dict(owner)

    def replace(self, files: Mapping[str, bytes]) -> Written:
        """Have exactly these files, by their relative paths, beside what others put there.

        Raises InvalidInput, and then has written nothing, for a folder that holds other things and was not made
        here, one made of something else, a file of ours that somebody edited, and one of theirs in the way.
        """
        try:
            return self._replace(files)
        except OSError as error:
            message = f"{self._path} cannot be written: {error.strerror}"
            raise InvalidInput(Diagnostic("not-written", message)) from error

    def _replace(self, files: Mapping[str, bytes]) -> Written:
        known = self._known()
        digests = {path: digest_bytes(content) for path, content in files.items()}
        problems = [*self._in_the_way(known, digests)]
        if problems:
            raise InvalidInput(problems)
        self._path.mkdir(parents=True, exist_ok=True)
        stale = sorted(path for path in known.keys() - files.keys() if self._at(path).is_file())
        self._note({path: {*known.get(path, ()), digests.get(path, "")} - {""} for path in known | digests})
        for path in sorted(files):
            if digests[path] != self._digest(path):
                self._put(path, files[path])
        for path in stale:
            self._remove(path)
        self._note({path: {digest} for path, digest in digests.items()})
        return Written(len(files), len(stale))

    def _known(self) -> dict[str, set[str]]:
        """What an earlier run made: the digests that each file may have."""
        if not self._path.exists() or {f.name for f in self._path.iterdir()} <= {_DRAFT}:
            return {}
        if not (self._path / MANIFEST).is_file():
            message = f"{self._path} is not empty, and nothing was rendered into it before"
            hint = "name a new folder, or an empty one"
            raise InvalidInput(Diagnostic("folder-not-empty", message, hint=hint))
        owner, known = self._read()
        if owner != self._owner:
            made_of = "/".join(map(str, owner.values()))
            message = f"{self._path} was rendered from {made_of}, not from {'/'.join(self._owner.values())}"
            hint = "give each environment a folder of its own"
            raise InvalidInput(Diagnostic("folder-of-another", message, hint=hint))
        return known

    def _read(self) -> tuple[dict[str, str], dict[str, set[str]]]:
        """What the manifest says: the owner, and the digests of each file."""
        try:
            data: Any = json.loads((self._path / MANIFEST).read_bytes())
            if data["format"] != _FORMAT:
                raise ValueError(data["format"])
            known = {_inside(path): set(map(str, found)) for path, found in data["files"].items()}
            return dict(data["of"]), known
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{self._path / MANIFEST} cannot be read, so nobody knows what was rendered here"
            hint = "remove the folder, or name another one"
            raise InvalidInput(Diagnostic("manifest-unreadable", message, hint=hint)) from error

    def _in_the_way(self, known: Mapping[str, set[str]], wanted: Mapping[str, str]) -> Iterator[Diagnostic]:
        for path in sorted(known.keys() | wanted.keys()):
            link = next(
                (p for p in self._way(path) if p.is_symlink() or (p.exists() and not p.is_dir())), None
            )
            if link is not None and (path in wanted or link.is_symlink()):
                yield _found(f"{link} is in the way: it is no folder")
                continue
            present = self._digest(path)
            if present is None or present in known.get(path, ()) or present == wanted.get(path):
                continue
            if path in known:
                yield _found(f"{self._at(path)} was edited since it was rendered")
            else:
                yield _found(f"{self._at(path)} is in the way: it was not rendered")

    def _way(self, path: str) -> list[Path]:
        """The folders between ours and a file."""
        steps = path.split("/")[:-1]
        return [self._path.joinpath(*steps[: n + 1]) for n in range(len(steps))]

    def _at(self, path: str) -> Path:
        return self._path.joinpath(*path.split("/"))

    def _digest(self, path: str) -> str | None:
        """The digest of what is at a path, None for nothing; anything that is no plain file has none of ours."""
        found = self._at(path)
        if found.is_symlink() or (found.exists() and not found.is_file()):
            return "no file"
        return digest_bytes(found.read_bytes()) if found.exists() else None

    def _put(self, path: str, content: bytes) -> None:
        draft, target = self._path / _DRAFT, self._at(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666), "wb") as file:
            file.write(content)
        draft.replace(target)

    def _remove(self, path: str) -> None:
        self._at(path).unlink(missing_ok=True)
        for folder in reversed(self._way(path)):
            if any(folder.iterdir()):
                return
            folder.rmdir()

    def _note(self, files: Mapping[str, set[str]]) -> None:
        found = {path: sorted(files[path]) for path in sorted(files)}
        text = json.dumps({"format": _FORMAT, "of": self._owner, "files": found}, indent=1)
        self._put(MANIFEST, f"{text}\n".encode())


def _inside(path: str) -> str:
    """The path itself; raises ValueError where it leads out of its folder, which only a forged manifest says."""
    if any(step in ("", ".", "..") for step in path.split("/")):
        raise ValueError(path)
    return path


def _found(message: str) -> Diagnostic:
    return Diagnostic("not-ours", message, hint="move it away, or render into another folder")
