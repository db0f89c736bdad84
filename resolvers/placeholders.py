"""The grammar of ``${...}``, the same in Score files and in the platform's files.

``$$`` stands for ``$``. A lone ``$``, ``$NAME`` and a ``${`` that is never closed are text. Between the braces
stands a path whose steps are joined by dots; ``\\.`` keeps a dot inside a step, and a step may end in a call with
one quoted argument, ``dependencies('postgres.default#x')``, inside which dots do not count. White space and empty
steps are errors. What a path may refer to is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

_STEP = re.compile(r"((?:\\\.|\('[^']*'\)|[^.])*)(\.|\Z)")
_CALL = re.compile(r"([^()]+)\('([^']*)'\)\Z")
_SPACE = re.compile(r"\s")


class Placeholder(Struct, frozen=True):
    """A reference inside text: ``path`` has its escapes resolved, ``raw`` is as written, with the braces.

    ``offset`` counts characters from the start of the text that was scanned. A call stays in its step as
    written; :func:`call` takes it apart.
    """

    path: tuple[str, ...]
    raw: str
    offset: int


class BadPlaceholder(ValueError):
    """A ``${...}`` that cannot be read. ``reason`` is what ``str()`` gives; ``raw`` and ``offset`` say where."""

    def __init__(self, reason: str, raw: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.raw = raw
        self.offset = offset


def scan(text: str) -> tuple[str | Placeholder, ...]:
    """The parts of ``text`` from left to right, literal text with ``$$`` resolved and neighbours joined.

    Empty text has no parts. Raises :class:`BadPlaceholder` for the first placeholder that cannot be read.
    """
    if "$" not in text:
        return (text,) if text else ()
    parts: list[str | Placeholder] = []
    for part in tokens(text):
        if isinstance(part, BadPlaceholder):
            raise part
        parts.append(part)
    return tuple(parts)


def tokens(text: str) -> Iterator[str | Placeholder | BadPlaceholder]:
    """Like :func:`scan`, but hands out what cannot be read among the parts, so that all of it can be told."""
    literal: list[str] = []
    start = 0
    closed = True
    while (at := text.find("$", start)) >= 0:
        literal.append(text[start:at])
        start = at + 2
        following = text[at + 1 : at + 2]
        # Once no brace is left, it is not searched again: a file full of `${` costs one search.
        end = text.find("}", start) if following == "{" and closed else -1
        closed = closed and (following != "{" or end >= 0)
        if end >= 0:
            yield from _joined(literal)
            yield _read(text[at : end + 1], at)
            start = end + 1
        elif following == "$":
            literal.append("$")
        else:
            literal.append("$")
            start = at + 1
    literal.append(text[start:])
    yield from _joined(literal)


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """Only the references in ``text``; raises :class:`BadPlaceholder` as :func:`scan` does."""
    return tuple(part for part in scan(text) if isinstance(part, Placeholder))


def escape(text: str) -> str:
    """Text that :func:`scan` reads as the literal ``text``."""
    return text.replace("$", "$$")


def write(path: Iterable[str]) -> str:
    """The placeholder for a path of steps without calls, such as ``${metadata.annotations.x\\.y/z}``."""
    return "${" + ".".join(step.replace(".", "\\.") for step in path) + "}"


def call(step: str) -> tuple[str, str] | None:
    """The name and the argument of a step such as ``dependencies('dns')``, or None for any other step."""
    found = _CALL.match(step)
    return (found[1], found[2]) if found else None


def _joined(literal: list[str]) -> Iterator[str]:
    whole = "".join(literal)
    literal.clear()
    if whole:
        yield whole


def _read(raw: str, offset: int) -> Placeholder | BadPlaceholder:
    inside = raw[2:-1]
    if not inside:
        return BadPlaceholder("'${}' refers to nothing", raw, offset)
    if _SPACE.search(inside):
        return BadPlaceholder(f"'{_short(raw)}' has white space between its braces", raw, offset)
    if "${" in inside:
        return BadPlaceholder(f"'{_short(raw)}' holds another placeholder or is not closed", raw, offset)
    path = tuple(_steps(inside))
    if not all(path):
        return BadPlaceholder(f"'{_short(raw)}' has an empty step", raw, offset)
    return Placeholder(path, raw, offset)


def _steps(inside: str) -> Iterator[str]:
    if "\\" not in inside and "(" not in inside:
        yield from inside.split(".")
        return
    for found in _STEP.finditer(inside):
        step = found[1]
        yield step if call(step) else step.replace("\\.", ".")
        if not found[2]:
            return


def _short(raw: str) -> str:
    return raw if len(raw) <= 60 else f"{raw[:57]}…"
