"""The options that lay something upon Score files for one run, shared by the commands that read them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..resolvers.score import Written

F = TypeVar("F", bound=Callable[..., Any])

_FILES = click.option(
    "--overrides-file",
    "overrides_files",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="Lay this file upon the Score file of the workload that it names.",
)

_PROPERTIES = click.option(
    "--override-property",
    "override_properties",
    multiple=True,
    metavar="[WORKLOAD:]PATH=VALUE",
    help="Set one value of a Score file; nothing after = takes it away.",
)


def overriding(function: F) -> F:
    """Add the options of overriding; the command gets them as one value ``overrides``.

    Raises InvalidInput naming every file that cannot be read.
    """

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        files, properties = kwargs.pop("overrides_files"), kwargs.pop("override_properties")
        return function(*args, overrides=_written(files, properties), **kwargs)

    command: Any = run
    found: F = _FILES(_PROPERTIES(command))
    return found


def _written(files: tuple[str, ...], properties: tuple[str, ...]) -> Written:
    from ..graph.diagnostics import Findings
    from ..graph.errors import InvalidInput
    from ..resolvers.score import Written
    from ..resolvers.source import read_bytes

    findings = Findings()
    read: list[tuple[str, bytes]] = []
    for file in files:
        try:
            read.append((file, read_bytes(Path(file), file)))
        except InvalidInput as problem:
            findings.extend(problem.diagnostics)
    if findings.errors:
        raise InvalidInput(findings.errors)
    return Written(tuple(read), properties)
