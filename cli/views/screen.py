"""Where output goes: data to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, TextIO

from msgspec import Struct

from ...graph.diagnostics import Diagnostic
from ...graph.errors import BakehouseError
from .text import Line, clean, render


class OutputLost(BakehouseError):
    """What was to be said cannot be written, and not because its reader went away."""


@contextmanager
def _writing() -> Generator[None]:
    """Raise :class:`OutputLost` for what the system says; BrokenPipeError stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"the output cannot be written: {error.strerror}"
        hint = "look at where it is directed to"
        raise OutputLost(Diagnostic("output-lost", message, hint=hint)) from error


class Screen(Struct, frozen=True):
    """The two streams and how to write to them. ``verbosity`` is -1 for quiet, 0, or 1 for verbose."""

    out: TextIO
    err: TextIO
    color: str = "auto"
    verbosity: int = 0
    json: bool = False

    @property
    def verbose(self) -> bool:
        """Whether more detail is wanted."""
        return self.verbosity > 0

    @property
    def live(self) -> bool:
        """Whether standard error is a terminal whose lines may be rewritten."""
        return self.err.isatty() and os.environ.get("TERM", "") not in ("", "dumb")

    def data(self, lines: Iterable[Line]) -> None:
        """Write lines of data."""
        self._put(render(lines, colour=self.coloured(self.out)))

    def text(self, text: str) -> None:
        """Write a text that was made safe already, as it is."""
        self._put(text)

    def raw(self, content: bytes) -> None:
        """Write bytes that a file or another program is meant to get as they are."""
        with _writing():
            self.out.flush()
            self.out.buffer.write(content)
            self.out.buffer.flush()

    def document(self, document: Any) -> None:
        """Write a document as JSON."""
        self._put(dumps(document, indent=True) + "\n")

    def record(self, document: Any) -> None:
        """Write one line of JSON, at once."""
        self._put(dumps(document) + "\n")

    def tell(self, lines: Iterable[Line]) -> None:
        """Write lines for the person who watches; nothing when quiet."""
        if self.verbosity >= 0:
            self.complain(lines)

    def complain(self, lines: Iterable[Line]) -> None:
        """Write lines that must be seen."""
        with _writing():
            self.out.flush()
            self.err.write(render(lines, colour=self.coloured(self.err)))
            self.err.flush()

    def _put(self, text: str) -> None:
        with _writing():
            self.out.write(text)
            self.out.flush()

    def coloured(self, stream: TextIO) -> bool:
        """Whether colours are written to ``stream``: ``--color``, else NO_COLOR, else only on a terminal."""
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return False
        return stream.isatty()


def standard(color: str = "auto", verbosity: int = 0, json: bool = False) -> Screen:
    """The screen over the process's own streams; what they cannot encode is written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    return Screen(sys.stdout, sys.stderr, color, verbosity, json)


def dumps(document: Any, *, indent: bool = False) -> str:
    """JSON without characters that could steer a terminal; keys keep their order."""
    try:
        import orjson

        option = orjson.OPT_INDENT_2 if indent else 0
        text = orjson.dumps(document, option=option).decode()
    except (ImportError, TypeError):
        text = json.dumps(document, indent=2 if indent else None)
    return "\n".join(_json_safe(line) for line in text.split("\n"))


def _json_safe(line: str) -> str:
    """JSON itself escapes control characters below U+0020; the others become ``\\uXXXX`` here."""
    if line.isascii() and line.isprintable():
        return line
    return "".join(c if clean(c) == c else _json_escape(c) for c in line)


def _json_escape(character: str) -> str:
    return json.dumps(character) if ord(character) < 0x7F else _utf16(character)


def _utf16(character: str) -> str:
    code = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{code[i : i + 4]}" for i in range(0, len(code), 4))
