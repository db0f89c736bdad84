"""Draws a resource graph in the format that is asked for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from ..graph.diagnostics import Diagnostic
from ..graph.draw import Drawing, dot, mermaid
from ..graph.errors import BakehouseError, InvalidInput
from .views.screen import Screen, dumps

_PATIENCE = 120.0
_BINARY = frozenset({"png"})


class NotDrawn(BakehouseError):
    """Graphviz is missing, or does not draw this."""


class Drawable(Struct, frozen=True):
    """A picture, and the same as data; each is made only where it is asked for."""

    picture: Callable[[], Drawing]
    document: Callable[[], Any]


def show(screen: Screen, drawable: Drawable, format_: str, out: str | None) -> None:
    """Write the picture to standard output or a file; raises :class:`NotDrawn`, InvalidInput, UsageError."""
    if out is None and format_ in _BINARY and screen.out.isatty():
        raise click.UsageError(f"{format_} is no text for a terminal; write it with --out FILE, or pipe it")
    content = _content(drawable, format_)
    if out is None:
        screen.raw(content)
        return
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        raise InvalidInput(Diagnostic("not-written", f"{out} cannot be written: {error.strerror}")) from error
    screen.tell([f"Wrote {out}."])


def _content(drawable: Drawable, format_: str) -> bytes:
    if format_ == "json":
        return (dumps(drawable.document(), indent=True) + "\n").encode()
    picture = drawable.picture()
    if format_ == "mermaid":
        return mermaid(picture).encode()
    source = dot(picture).encode()
    return source if format_ == "dot" else _graphviz(source, format_)


def _graphviz(source: bytes, format_: str) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise NotDrawn(
            Diagnostic(
                "graphviz-missing",
                f"{format_} is drawn by Graphviz, and its program `dot` is not on the PATH",
                hint="install the package graphviz, or use --format mermaid, dot or json",
            )
        )
    try:
        done = subprocess.run(
            [program, f"-T{format_}"], input=source, capture_output=True, timeout=_PATIENCE, check=True
        )
    except subprocess.TimeoutExpired as error:
        message = f"Graphviz did not draw the graph within {_PATIENCE:.0f} s"
        raise NotDrawn(
            Diagnostic("graphviz-failed", message, hint="use --format dot, mermaid or json")
        ) from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip().split("\n")[0][:200]
        raise NotDrawn(Diagnostic("graphviz-failed", f"Graphviz failed: {words}")) from error
    return done.stdout
