"""Findings in which the same thing about many resources stands once."""

from __future__ import annotations

from ..graph.diagnostics import Diagnostic, Findings, Place


class Once(Findings):
    """Keeps the first of findings that differ only in the resource that they are about."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[tuple[str, str, Place | None]] = set()

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding, unless code, message and place are known already."""
        key = (diagnostic.code, diagnostic.message, diagnostic.place)
        if key not in self._told:
            self._told.add(key)
            super().add(diagnostic)
