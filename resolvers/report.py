"""Findings about one document, told with place and pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import Diagnostic, Findings, Place, Severity
from ..graph.errors import BakehouseError
from .data import as_list, as_map, leaves
from .positions import Path, pointer
from .scalars import Date
from .shape import Misfit, Shape
from .source import Document

MOST = 100
"""More errors than this, or more remarks, are not told of one file."""

_LONGEST_STEP = 80


class FileFindings(Findings):
    """The findings about one file, up to a number that people can read, and whether there are more."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file
        self._more = False
        self._kept = {True: 0, False: 0}

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep one finding, if there is room."""
        if self._kept[diagnostic.is_error] >= MOST:
            self._more = True
        else:
            self._kept[diagnostic.is_error] += 1
            super().add(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several findings, as far as there is room."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def all(self) -> Iterator[Diagnostic]:
        """The findings that were kept, and a notice where there are others."""
        yield from self
        if self._more:
            message = f"{self._file} has more problems than are shown"
            yield Diagnostic("more-findings", message, Severity.NOTICE, Place(self._file))


class Report(Struct, frozen=True):
    """A document that is being checked, and where to put what is wrong with it.

    The document may have any shape: the readers here answer with something empty where it is not what was asked
    for, because the misfit of its shape is told already.
    """

    document: Document
    findings: Findings

    def value(self, *path: str | int) -> Any:
        """What stands at ``path``, or None."""
        value = self.document.data
        for step in path:
            if isinstance(step, int):
                items = as_list(value)
                value = items[step] if step < len(items) else None
            else:
                value = as_map(value).get(step)
        return value

    def map(self, *path: str | int) -> Mapping[str, Any]:
        """The map at ``path``; empty where there is none."""
        return as_map(self.value(*path))

    def text(self, *path: str | int) -> str | None:
        """The text at ``path``, or None."""
        value = self.value(*path)
        return value if isinstance(value, str) else None

    def problem(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        """Tell an error about the value at ``path``."""
        self._tell(code, message, path, hint, Severity.ERROR)

    def key_problem(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        """Tell an error about the key that ``path`` ends in."""
        place = self.document.key(*path)
        self.findings.add(Diagnostic(code, message, place=place, pointer=pointer(path), hint=hint))

    def warning(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        """Tell something that is probably not meant so."""
        self._tell(code, message, path, hint, Severity.WARNING)

    def notice(self, code: str, message: str, path: Path, hint: str | None = None) -> None:
        """Tell something that is good to know."""
        self._tell(code, message, path, hint, Severity.NOTICE)

    def relay(self, error: BakehouseError, path: Path) -> None:
        """Tell the errors that came of using the value at ``path``, at its place."""
        for found in error.diagnostics:
            self.problem(found.code, f"{dotted(path)}: {found.message}", path, found.hint)

    def fit(self, shape: Shape) -> None:
        """Tell everything about the document that does not fit its schema."""
        for misfit in shape.misfits(self.document.data):
            found = told(misfit, self.document)
            self.findings.add(found if found.hint else replace(found, hint=self._hint(misfit)))

    def dates(self, free: Callable[[Path], bool]) -> None:
        """Refuse unquoted dates, except at and below the paths that are ``free`` to hold anything."""
        found = (path for path, value in leaves(self.document.data, skip=free) if isinstance(value, Date))
        for where in found:
            message = f"{dotted(where)}: must be text, but without quotes this is a date to many readers"
            self.problem("wrong-type", message, where, "put it in quotes")

    def _hint(self, misfit: Misfit) -> str | None:
        value = self.value(*misfit.path)
        if misfit.code == "wrong-type" and isinstance(value, str) and "whole number" in misfit.message:
            return "leave the quotes out" if value.isdecimal() else None
        return None

    def _tell(self, code: str, message: str, path: Path, hint: str | None, severity: Severity) -> None:
        place = self.document.at(*path)
        self.findings.add(Diagnostic(code, message, severity, place, pointer(path), hint=hint))


def told(misfit: Misfit, document: Document, base: Path = ()) -> Diagnostic:
    """A misfit as a diagnostic about a document, whose part at ``base`` was checked."""
    path = (*base, *misfit.path)
    where = document.key(*path) if misfit.key else document.at(*path)
    inside = path[:-1] if misfit.key else path
    message = f"{dotted(inside)}: {misfit.message}" if inside else misfit.message
    return Diagnostic(misfit.code, message, place=where, pointer=pointer(path), hint=misfit.hint)


def dotted(path: Path) -> str:
    """A path as people write it, very long steps cut."""
    return ".".join(
        step if len(step) <= _LONGEST_STEP else f"{step[:_LONGEST_STEP]}…" for step in map(str, path)
    )
