"""The pages about error codes.

They are `docs/errors`, which is part of the installed package: one page a code, and README.md, the index by topic.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).parent.parent / "docs" / "errors"

INDEX = "README.md"

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_ENTRY = re.compile(r"- \[(?P<code>[a-z0-9-]+)\]\((?P=code)\.md\): (?P<summary>.+)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")


class Topic(Struct, frozen=True):
    """A heading of the index: what it is about, and one sentence for each code below it."""

    title: str
    about: str
    codes: dict[str, str]


class Page(Struct, frozen=True):
    """What is written about one code: by heading (Cause, Remedy, Example), links replaced by their text."""

    code: str
    sections: dict[str, str]


def has_page(code: str) -> bool:
    """Whether there is a page about the code; answered without reading it."""
    return _CODE.match(code) is not None and (FOLDER / f"{code}.md").is_file()


def page_of(code: str) -> Page | None:
    """The page about a code, None where there is none."""
    if not has_page(code):
        return None
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    return Page(code, {title: _LINK.sub(r"\1", body) for title, body in _parts(text).items()})


def topics() -> tuple[Topic, ...]:
    """The index in its order."""
    text = (FOLDER / INDEX).read_text(encoding="utf-8")
    return tuple(_topic(title, body) for title, body in _parts(text).items())


def _parts(text: str) -> dict[str, str]:
    """What stands below each heading of the second level; what stands before the first of them is left out."""
    found = re.split(r"(?m)^## +(.+)\n", text)
    return {title.strip(): body.strip("\n") for title, body in zip(found[1::2], found[2::2], strict=True)}


def _topic(title: str, body: str) -> Topic:
    lines = body.split("\n")
    entries = [found for line in lines if (found := _ENTRY.match(line))]
    about = " ".join(line for line in lines if line and not line.startswith("- "))
    return Topic(title, _LINK.sub(r"\1", about), {e["code"]: e["summary"] for e in entries})
