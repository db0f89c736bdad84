"""Where a program that is a part of tests is: its variable, the PATH, the cache, or built now.

Outside CI a part that is missing skips its tests, with one line that says how to get it. In CI it fails.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from parts.building import HOW, CannotBuild, build, built, can_build


class MissingPart(Exception):
    """What is missing, and how it is had."""


@dataclass(frozen=True)
class Program:
    """A program, by the name that it has on the PATH; ``module`` is the folder of ``go`` that it is built from.

    ``how`` says in a few words how it is had, ``folders`` where it may lie besides the PATH, and ``built_as`` what Go
    calls it where that is another name.
    """

    name: str
    module: str | None = None
    how: str = HOW
    folders: tuple[str, ...] = ()
    built_as: str | None = None

    @property
    def variable(self) -> str:
        """The environment variable that names another one to be used."""
        return f"BAKEHOUSE_PART_{self.name.upper().replace('-', '_')}"


def find(program: Program) -> Path:
    """Its absolute path. Raises :class:`MissingPart`."""
    named = os.environ.get(program.variable)
    if named:
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise MissingPart(f"{program.variable} names {named}, which is no program")
        return Path(named).absolute()
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), *program.folders))
    on_path = shutil.which(program.name, path=folders)
    return Path(on_path).absolute() if on_path else _made(program)


def need(program: Program) -> Path:
    """Its absolute path; without it the test is skipped, or fails in CI."""
    try:
        return find(program)
    except MissingPart as missing:
        absent(str(missing))


def absent(line: str) -> NoReturn:
    """End the test for want of a part: skip it, or fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def _made(program: Program) -> Path:
    if program.module is None:
        raise MissingPart(f"{program.name} is missing: {program.how}")
    folder = built(program.module)
    if folder is None and not can_build():
        raise MissingPart(f"{program.name} is missing: {program.how}")
    try:
        return (folder or build(program.module)) / (program.built_as or program.name)
    except CannotBuild as error:
        raise MissingPart(f"{program.name} cannot be built; `make parts` says why") from error
