"""What `help` says: the index of error codes, the page of one, or the help of a command."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, pad

_WIDTH = 100
_FENCE = "```"


class HelpText(TextView):
    """Help for people."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of whichever help it is."""
        if document["kind"] == "command-help":
            yield from document["text"].split("\n")
        elif document["kind"] == "error-help":
            yield from _page(document)
        else:
            yield from self._index(document)

    def _index(self, document: Document) -> Iterator[Line]:
        yield "bakehouse help CODE      what an error means, and what to do about it"
        yield "bakehouse help COMMAND   the same as bakehouse COMMAND --help"
        yield ""
        yield "CODE is the word in brackets at the end of an error. These are all of them"
        yield (
            "(with -v one sentence about each):"
            if not self._screen.verbose
            else "with one sentence about each:"
        )
        for topic in document["topics"]:
            yield ""
            yield (Span(topic["title"], "bold"),)
            yield from _sentences(topic["codes"]) if self._screen.verbose else _names(topic["codes"])


def _names(codes: dict[str, str]) -> list[str]:
    text = ", ".join(codes)
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _sentences(codes: dict[str, str]) -> Iterator[Line]:
    column = max(map(len, codes), default=0)
    for code, summary in codes.items():
        yield ("  ", Span(pad(code, column), "bold"), f"  {summary}")


def _page(document: Document) -> Iterator[Line]:
    topic = f"  ({document['topic']})" if document["topic"] else ""
    yield (Span(document["code"], "bold"), Span(topic, "dim"))
    for title, body in document["sections"].items():
        yield ""
        yield (Span(title, "bold"),)
        yield from _body(body)


def _body(text: str) -> Iterator[Line]:
    """The text of a section; blocks of code are indented further, and their fences left out."""
    inside = False
    for line in text.split("\n"):
        if line.startswith(_FENCE):
            inside = not inside
            continue
        indent = "      " if inside else "  "
        yield f"{indent}{line}" if line else ""
