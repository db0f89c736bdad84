"""What is wrong, where, why, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a diagnostic matters: an error stops the command, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Place(Struct, frozen=True, order=True):
    """A spot in a file; ``line`` and ``column`` count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class Diagnostic(Struct, frozen=True):
    """One finding.

    ``code`` is stable and kebab-case (documented in ``docs/errors``); ``pointer`` is the JSON pointer
    into the file at ``place``; ``address`` names the resource concerned; ``next`` is a command to type.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    place: Place | None = None
    pointer: str | None = None
    address: str | None = None
    hint: str | None = None
    next: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether this finding stops the command."""
        return self.severity is Severity.ERROR


class Findings:
    """Collects diagnostics so that all problems are shown at once."""

    def __init__(self) -> None:
        self._items: list[Diagnostic] = []

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep one finding."""
        self._items.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several findings."""
        self._items.extend(diagnostics)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that stop the command, in the order found."""
        return tuple(d for d in self._items if d.is_error)

    @property
    def remarks(self) -> tuple[Diagnostic, ...]:
        """Warnings and notices, in the order found."""
        return tuple(d for d in self._items if not d.is_error)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that ``name`` was probably meant to be, or None when nothing is close.

    Only the first 2,000 known names are looked at, and only the first 200 characters of each.
    """
    pool = [k[:200] for _, k in zip(range(2000), sorted(known), strict=False)]
    lowered = {k.lower(): k for k in reversed(pool)}
    found = difflib.get_close_matches(name[:200].lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], *, noun: str = "known") -> str:
    """A hint: the nearest known name first, else the list of known names (at most ten)."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        return f"did you mean '{close}'?"
    if not names:
        return f"there are no {noun} names here"
    shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return f"{noun}: {shown}"
