"""Where an application starts."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ...graph.diagnostics import Diagnostic, Place
from ...graph.errors import InvalidInput

MANIFEST = "bakehouse.yaml"
LONE_SCORE = "score.yaml"

_FOREIGN = re.compile(r"[^a-z0-9]+")


def find_root(start: Path) -> Path:
    """The application's folder that ``start`` is in: the nearest one, going up, with a `bakehouse.yaml`.

    Where none has one, the nearest with a `score.yaml`, which is then an application of one workload. Raises
    :class:`InvalidInput` where there is neither.
    """
    here = start.absolute()
    if not os.path.isdir(here):  # noqa: PTH112 - Path.is_dir raises for a folder that may not be looked into
        message = f"there is no folder {start}"
        raise InvalidInput(Diagnostic("file-missing", message, place=Place(str(start))))
    for name in (MANIFEST, LONE_SCORE):
        for folder in (here, *here.parents):
            if os.path.isfile(folder / name):  # noqa: PTH113 - as above
                return folder
    raise no_application(str(start), is_misnamed=os.path.isfile(here / "bakehouse.yml"))  # noqa: PTH113


def no_application(shown: str, *, is_misnamed: bool = False) -> InvalidInput:
    """The error about a folder that holds no application."""
    message = f"there is neither a {MANIFEST} nor a {LONE_SCORE} in {shown}"
    hint = f"rename bakehouse.yml to {MANIFEST}" if is_misnamed else None
    return InvalidInput(
        Diagnostic(
            "no-application", message, place=Place(shown), hint=hint, next=None if hint else "bakehouse init"
        )
    )


def label(folder: str) -> str:
    """The name of an application that is named after its folder."""
    return _FOREIGN.sub("-", folder.lower()).strip("-")[:63].rstrip("-") or "application"
