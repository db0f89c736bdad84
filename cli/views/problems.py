"""Diagnostics: what is wrong, where, why, and what to do; all of them, errors first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...graph.diagnostics import Diagnostic, Place, Severity
from ..pages import has_page
from .screen import Screen
from .text import Line, Span, clean, count, folded, shorten, width

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTICE: "bold cyan"}
_PLAIN = frozenset({"usage", "unknown-help", "internal-error", "approval-missing"})
"""Codes of errors that need no further word."""

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}

ReadLine = Callable[[Place], str | None]
"""Gives the line of a file that a place names, None where it cannot be read."""


class ProblemsText:
    """Diagnostics for people, on standard error."""

    def __init__(self, screen: Screen, source: ReadLine) -> None:
        self._screen = screen
        self._source = source

    def show(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Write all of them and, below several, how many there are."""
        found = sorted(diagnostics, key=lambda d: _RANK[d.severity])
        self._screen.complain(self.lines(found))

    def lines(self, found: list[Diagnostic]) -> Iterator[Line]:
        """The lines of all diagnostics in the given order; at the end, where errors are explained further."""
        more = _more(found) if self._screen.verbosity >= 0 else None
        for diagnostic in found:
            yield from self._one(diagnostic)
        if len(found) > 1:
            yield _total(found) + (f"; more: {more}" if more else "")
        elif more:
            yield (Span("  more: ", "cyan"), more)

    def _one(self, found: Diagnostic) -> Iterator[Line]:
        label = Span(f"{found.severity.value}: ", _STYLE[found.severity])
        sentence = _end_of_sentence(found.message)
        for index, text in enumerate(folded(found.message)):
            code = (Span(f" [{found.code}]", "dim"),) if index == sentence else ()
            yield (text, *code) if index else (label, Span(text, "bold"), *code)
        if found.place is not None:
            yield ("  at ", str(found.place), f" {found.pointer}" if found.pointer else "")
            yield from self._excerpt(found.place)
        if found.address is not None:
            yield ("  resource ", Span(found.address, "bold"))
        if found.hint is not None:
            yield (Span("  hint: ", "cyan"), found.hint)
        if found.next is not None:
            yield (Span("  next: ", "cyan"), found.next)

    def _excerpt(self, place: Place) -> Iterator[Line]:
        text = self._source(place) if place.line else None
        if text is None:
            return
        column = max(place.column, 1)
        first = max(0, column - 80)
        number = str(place.line).rjust(5)
        mark = "…" if first else ""
        yield (Span(f"{number} | ", "dim"), shorten(mark + text[first:], 120))
        if place.column:
            before = width(clean(mark + text[first : column - 1]))
            yield (Span(" " * len(number) + " | ", "dim"), " " * before, Span("^", "bold red"))


def _end_of_sentence(message: str) -> int:
    """The line at which a message ends, before details that it indents itself."""
    lines = message.split("\n")
    return max(i for i, line in enumerate(lines) if not i or (line and not line.startswith(" ")))


class ProblemsJson:
    """Diagnostics for machines: one line of JSON on standard error."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Write one document with all of them."""
        from ...plans.report import diagnostic
        from .screen import dumps

        found = sorted(diagnostics, key=lambda d: _RANK[d.severity])
        document = {"format": 1, "kind": "diagnostics", "diagnostics": [diagnostic(d) for d in found]}
        self._screen.complain([dumps(document)])


def problems(screen: Screen, source: ReadLine) -> ProblemsText | ProblemsJson:
    """The view of the screen's format."""
    return ProblemsJson(screen) if screen.json else ProblemsText(screen, source)


def _more(found: list[Diagnostic]) -> str | None:
    """The command that explains the errors; None where their pages say no more than the errors themselves."""
    codes = {d.code for d in found if d.is_error and d.code not in _PLAIN and has_page(d.code)}
    return f"bakehouse help {codes.pop() if len(codes) == 1 else 'CODE'}" if codes else None


def _total(found: list[Diagnostic]) -> str:
    kinds = [(s, sum(1 for d in found if d.severity is s)) for s in Severity]
    return ", ".join(count(number, severity.value) for severity, number in kinds if number)
