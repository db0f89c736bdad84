"""Two long texts, cut so that the first of what differs between them is seen. Pure."""

from __future__ import annotations

from posixpath import commonprefix

BEFORE = 20
"""Characters that are shown before the place where two long texts begin to differ."""


def alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return len(commonprefix((one, other)))


def apart(one: str, other: str, most: int) -> tuple[str, str]:
    """Both in at most ``most`` characters, cuts marked by ``…``; from their beginning where they differ early enough."""
    same = alike(one, other)
    late = one != other and same >= most - BEFORE and max(len(one), len(other)) > most
    start = same - BEFORE if late else 0
    return cut(one, most, start), cut(other, most, start)


def cut(text: str, most: int, start: int = 0) -> str:
    """At most ``most`` characters of a text, from ``start`` on."""
    text = f"…{text[start:]}" if start else text
    return text if len(text) <= most else f"{text[: most - 1]}…"
