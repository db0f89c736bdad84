"""The YAML files of a catalog's folder."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from ...graph.diagnostics import Diagnostic, Findings, Place, nearest
from ...graph.errors import InvalidInput
from ..git import is_git
from ..source import read_bytes
from .attachments import is_attached

MAX_FILES = 10_000

TEST_SUFFIXES = (".test.yaml", ".test.yml")
"""How files of cases are called, which are no part of the catalog itself."""

_SUFFIXES = (".yaml", ".yml", ".sops.json")
"""How the files of a catalog are called; of JSON only encrypted files, which must be told from those of other programs."""

_SKIPPED = frozenset({"modules", "charts", "templates"})


class CatalogSource(Struct, frozen=True):
    """Where a catalog lies: as written, and as a folder of this machine.

    ``place`` is where it was named. ``binding`` is False for what an application chose itself: its connections
    are not read, because a developer does not choose the rules that bind them.
    """

    location: str
    folder: Path
    place: Place | None = None
    binding: bool = True

    @classmethod
    def of(
        cls, location: str, base: Path, place: Place | None = None, *, binding: bool = True
    ) -> CatalogSource:
        """The folder that ``location`` names, relative to ``base``; raises :class:`InvalidInput`."""
        if is_git(location):
            raise InvalidInput(only_folders(location, place))
        if "\0" in location:
            raise InvalidInput(Diagnostic("catalog-missing", "a folder's name holds no NUL", place=place))
        return cls(posixpath.normpath(location), base / location, place, binding)


def _other_folder(source: CatalogSource) -> str | None:
    """The folder that was probably meant."""
    beside = source.folder.parent
    try:
        known = [entry.name for entry in beside.iterdir() if entry.is_dir()]
    except OSError:
        return f"there is no folder {posixpath.dirname(source.location) or beside} either"
    close = nearest(source.folder.name, known)
    return f"did you mean '{posixpath.join(posixpath.dirname(source.location), close)}'?" if close else None


def only_folders(location: str, place: Place | None) -> Diagnostic:
    """What is told where a repository is named and only folders can be read."""
    message = f"the catalog '{location[:200]}' is no folder, and only folders can be read here"
    hint = "check the repository out and name its folder"
    return Diagnostic("catalog-source-unsupported", message, place=place, hint=hint)


def counts(path: str) -> bool:
    """Whether a file at this POSIX path below a catalog's folder belongs to it: YAML or encrypted, and no cases."""
    return path.endswith(_SUFFIXES) and not path.endswith(TEST_SUFFIXES) and in_catalog(path)


def in_catalog(path: str) -> bool:
    """Whether neither a file nor a folder above it is hidden, nor ``modules``, ``charts`` or ``templates``."""
    *folders, name = path.split("/")
    hidden = any(part.startswith(".") for part in (*folders, name))
    return not hidden and not _SKIPPED & set(folders)


def read_folder(source: CatalogSource, findings: Findings) -> dict[str, bytes]:
    """All YAML files below the folder, by POSIX path, sorted; problems go to ``findings``.

    Hidden files and folders are passed over, and so are ``modules``, ``charts`` and ``templates``, which hold YAML of
    other programs. Links that stay inside are passed over, too, because what they lead to is read anyway; one that
    leaves the folder is refused.
    """
    if not source.folder.is_dir():
        message = f"there is no catalog folder '{source.location}'"
        findings.add(Diagnostic("catalog-missing", message, place=source.place, hint=_other_folder(source)))
        return {}
    root = source.folder.resolve()
    found: dict[str, bytes] = {}
    for path in _files(root, source, findings):
        if len(found) == MAX_FILES:
            message = f"the catalog has more than {MAX_FILES} files"
            findings.add(Diagnostic("catalog-too-large", message, place=Place(source.location)))
            break
        inner = path.relative_to(root).as_posix()
        try:
            found[inner] = read_bytes(path, f"{source.location}/{inner}")
        except InvalidInput as problem:
            findings.extend(problem.diagnostics)
    return dict(sorted(found.items()))


def read_attachments(source: CatalogSource, named: frozenset[str], findings: Findings) -> dict[str, bytes]:
    """All files that are ``named`` or lie in folders that are, by POSIX path, sorted; problems go to ``findings``.

    Links are passed over, as in :func:`read_folder`.
    """
    root = source.folder.resolve()
    found: dict[str, bytes] = {}
    for top in sorted(named):
        below = (root / top).rglob("*") if (root / top).is_dir() else [root / top]
        for path in sorted(below):
            inner = path.relative_to(root).as_posix()
            if not is_attached(inner, named) or not path.is_file() or path.resolve() != path:
                continue
            if len(found) == MAX_FILES:
                message = f"the definitions of the catalog name more than {MAX_FILES} files"
                findings.add(Diagnostic("catalog-too-large", message, place=Place(source.location)))
                return found
            try:
                found[inner] = read_bytes(path, f"{source.location}/{inner}")
            except InvalidInput as problem:
                findings.extend(problem.diagnostics)
    return dict(sorted(found.items()))


def _files(root: Path, source: CatalogSource, findings: Findings) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        here = Path(folder)
        for name in sorted([*names, *files]):
            if not name.startswith(".") and (here / name).is_symlink():
                _inside(here / name, root, source, findings)
        names[:] = [n for n in sorted(names) if not n.startswith(".") and n not in _SKIPPED]
        for name in sorted(files):
            path = here / name
            if counts(name) and not path.is_symlink():
                yield path


def _inside(link: Path, root: Path, source: CatalogSource, findings: Findings) -> None:
    try:
        inside = link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        inside = False
    if not inside:
        shown = f"{source.location}/{link.relative_to(root).as_posix()}"
        findings.add(
            Diagnostic(
                "link-leaves-catalog",
                f"the link {shown} leads out of the catalog's folder",
                place=Place(shown),
                hint="put the files into the catalog, or list their folder as a pack",
            )
        )
