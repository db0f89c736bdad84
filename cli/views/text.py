"""Lines of styled text in which nothing that came from a file or a name can steer a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Controls, bidirectional marks and invisible characters: what makes text look like something else."""

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
} | {"cyan": "36"}

_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Span(Struct, frozen=True):
    """A piece of text with a style: words out of bold, dim, red, green, yellow, blue, magenta, cyan."""

    text: str
    style: str = ""


Line = str | tuple[str | Span, ...]
"""One line of output. Every piece is made safe when it is written."""


def clean(text: str) -> str:
    """The text with every control, bidirectional and invisible character written as an escape such as ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def width(text: str) -> int:
    """The columns that clean text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """Clean text, filled up with blanks to ``columns``."""
    shown = clean(text)
    return shown + " " * (columns - width(shown))


def folded(text: str, indent: str = "    ") -> list[str]:
    """A text of several lines: the first as it is, the others indented, so that none can pass for a line of ours."""
    first, *others = text.split("\n")
    return [first, *(f"{indent}{line}" for line in others)]


def shorten(text: str, columns: int) -> str:
    """The text cut to ``columns`` characters, the cut marked by ``…``."""
    return text if len(text) <= columns else text[: columns - 1] + "…"


def render(lines: Iterable[Line], *, colour: bool) -> str:
    """The lines as text to write, each ended by a line feed."""
    return "".join(_line(line, colour) + "\n" for line in lines)


def _line(line: Line, colour: bool) -> str:
    if isinstance(line, str):
        return clean(line)
    return "".join(clean(p) if isinstance(p, str) else _span(p, colour) for p in line).rstrip(" ")


def _span(span: Span, colour: bool) -> str:
    text = clean(span.text)
    if not colour or not span.style or not text:
        return text
    return f"\x1b[{';'.join(_CODES[word] for word in span.style.split())}m{text}\x1b[0m"


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 change``, ``2 changes``; with thousands marked: ``10,000 resources``."""
    if number == 1:
        return f"1 {noun}"
    ending = "es" if noun.endswith("ch") else "s"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}{ending}"
    return f"{number:,} {plural}"


def columns(rows: Iterable[tuple[str, ...]], gap: int = 2, widest: int = 1000) -> list[str]:
    """Rows of cells as aligned lines; the last cell of a row is not padded.

    A cell with more than ``widest`` columns moves what follows in its own row only.
    """
    cells = [tuple(clean(c) for c in row) for row in rows]
    widths: dict[int, int] = {}
    for row in cells:
        for index, cell in enumerate(row[:-1]):
            if width(cell) <= widest:
                widths[index] = max(widths.get(index, 0), width(cell))
    return [
        "".join(pad(cell, max(widths.get(i, 0), width(cell)) + gap) for i, cell in enumerate(row[:-1]))
        + row[-1]
        if row
        else ""
        for row in cells
    ]
