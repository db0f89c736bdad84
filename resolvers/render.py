"""Puts values in place of the placeholders inside data."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from msgspec import Struct

from ..graph.address import Address
from ..graph.narrow import is_list, is_map
from ..graph.values import Unknown, Value, in_text, text
from .placeholders import BadPlaceholder, Placeholder, scan

Path = tuple[str | int, ...]

BROKEN = Unknown(Address("-", "-", "-"), ())
"""Stands where a placeholder could not be resolved, so that the rest is still checked. Never leaves a compile."""

ABSENT = Unknown(Address("-", "-", "absent"), ())
"""Stands for a param that may be left out and was: the map entry that it would fill is left out, too."""

_CACHED_LENGTH = 500


class Unresolved(Exception):
    """A placeholder, or a part of one, that means nothing here."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Rendering(Struct, frozen=True):
    """One pass over one piece of data.

    ``answer`` gives the value of a placeholder at a path or raises :class:`Unresolved`; ``report`` is told what
    cannot be resolved, and where.
    """

    answer: Callable[[Placeholder, Path], Value]
    report: Callable[[Unresolved, Path], None]

    def value(self, data: Any, path: Path = ()) -> Value:
        """The data with all placeholders resolved; a text that is one placeholder keeps the type of its value."""
        if isinstance(data, str):
            return self._text(data, path) if "$" in data else data
        if is_map(data):
            found: dict[str, Value] = {}
            for key, item in data.items():
                made = self.value(item, (*path, key))
                if made is not ABSENT:
                    found[key] = made
            return found
        if is_list(data):
            items = [self.value(v, (*path, i)) for i, v in enumerate(data)]
            return [None if item is ABSENT else item for item in items]
        return data

    def _text(self, data: str, path: Path) -> Value:
        try:
            parts = _parts(data) if len(data) < _CACHED_LENGTH else scan(data)
        except BadPlaceholder as problem:
            self.report(Unresolved("bad-placeholder", problem.reason, "write $${ for a literal ${"), path)
            return BROKEN
        if len(parts) == 1:
            part = parts[0]
            return part if isinstance(part, str) else self._answer(part, path)
        pieces: list[Any] = []
        for part in parts:
            pieces += [part] if isinstance(part, str) else self._inside(part, path)
        return text(pieces)

    def _answer(self, placeholder: Placeholder, path: Path) -> Value:
        try:
            return self.answer(placeholder, path)
        except Unresolved as problem:
            self.report(problem, path)
            return BROKEN

    def _inside(self, placeholder: Placeholder, path: Path) -> list[Any]:
        found = self._answer(placeholder, path)
        if found is ABSENT:
            why = f"{placeholder.raw} was not given, and text needs it"
            self.report(Unresolved("missing-param", why), path)
            return [BROKEN]
        try:
            return list(in_text(found))
        except ValueError:
            why = (
                f"{placeholder.raw} is a map or list that is known only later, so it cannot stand inside text"
            )
            self.report(Unresolved("not-in-text", why, "let it be the whole value"), path)
            return [BROKEN]


@lru_cache(maxsize=20_000)
def _parts(data: str) -> tuple[str | Placeholder, ...]:
    return scan(data)
