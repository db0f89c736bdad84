"""The two formats that every plain document has: text by a view of its own, JSON as it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from .screen import Screen
from .text import Line

Document = Mapping[str, Any]


class TextView(ABC):
    """A document as lines on standard output."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @abstractmethod
    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the document."""

    def show(self, document: Document) -> None:
        """Write the lines."""
        self._screen.data(self.lines(document))


class JsonView:
    """A document as JSON on standard output."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write the document."""
        self._screen.document(document)


def view(screen: Screen, text: type[TextView]) -> TextView | JsonView:
    """The view of the screen's format."""
    return JsonView(screen) if screen.json else text(screen)
