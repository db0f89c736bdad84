"""The kinds of files that have a schema."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, columns


class KindsText(TextView):
    """Each kind with what its files hold, and how a schema is had."""

    def lines(self, document: Document) -> Iterator[Line]:
        """One line a kind."""
        yield from columns(document["schemas"].items())
        yield ""
        yield "bakehouse schema KIND prints one; bakehouse init writes all of them for editors."
