"""Recorded outputs, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, columns, count
from .values import show


class OutputsText(TextView):
    """The outputs of each resource below its address, URLs first."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The URLs, then every resource; a sentence where there is nothing."""
        if not document["resources"]:
            yield f"{document['application']} in {document['environment']} has no outputs."
            return
        for url in document["urls"]:
            yield (f"{url['address']}  ", Span(url["url"], "bold cyan"))
        for address, outputs in document["resources"].items():
            yield ""
            yield (Span(address, "bold"),)
            yield from (
                f"  {line}" for line in columns((name, show(value, 200)) for name, value in outputs.items())
            )
        yield ""
        yield f"{count(len(document['resources']), 'resource')}; secrets are shown as ***."


class RevealedText(TextView):
    """One value as it is, for a script to take."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The value alone."""
        value = document["value"]
        yield value if isinstance(value, str) else show(value, 100_000)
