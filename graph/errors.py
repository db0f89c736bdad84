"""The exception tree: everything that Bakehouse raises on purpose."""

from __future__ import annotations

from collections.abc import Iterable

from .diagnostics import Diagnostic


class BakehouseError(Exception):
    """A failure that is told to the user as diagnostics, never as a traceback.

    ``diagnostics`` holds at least one entry; all problems found are in it.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = found
        super().__init__("; ".join(d.message for d in found))


class InvalidInput(BakehouseError):
    """Files, flags or references that cannot be used as they are; nothing has been touched."""


class GraphCycle(InvalidInput):
    """The resources depend on each other in a circle; the diagnostic lists every edge of it."""
