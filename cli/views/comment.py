"""A comment on a pull request: Markdown that nothing in it can break out of, and that fits by saying less."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .text import Line, clean, render

LIMIT = 65_536
"""Characters that a comment may have on the usual servers."""

_FOLDED = 30
"""Lines from which a part is folded where that is allowed."""


def marker(uid: str) -> str:
    """The first line, which is not shown: a job finds its comment about the environment by it, and edits it in place."""
    return f"<!-- bakehouse plan {clean(uid)} -->"


def fitting(pages: Iterable[Iterable[str]], limit: int) -> str:
    """The first of the pages that has at most ``limit`` characters, else the last; each is given as its blocks."""
    page = ""
    for blocks in pages:
        page = "\n\n".join(blocks) + "\n"
        if len(page) <= limit:
            break
    return page


def part(title: str, lines: Sequence[Line], *, language: str, folds: bool) -> str:
    """Lines below their title, as code of a language; many are folded where that is allowed."""
    body = _fenced(lines, language)
    if folds and len(lines) > _FOLDED:
        return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
    return f"#### {title}\n\n{body}"


def _fenced(lines: Iterable[Line], language: str) -> str:
    """Lines as they are, inside a fence that none of them can close."""
    text = "".join(line.removeprefix("  ") for line in render(lines, colour=False).splitlines(keepends=True))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}{fence}"


def code(text: str) -> str:
    """Text as code that nothing in it can end."""
    shown = clean(text)
    mark = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    gap = " " if shown[:1] in ("`", "") or shown[-1:] == "`" else ""
    return f"{mark}{gap}{shown}{gap}{mark}"
