"""What differs between two deployments, environments or plans, shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .change import ChangeLines
from .document import Document, TextView
from .text import Line, Span

_MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}


class ContrastText(TextView):
    """Resources, images, variables and the catalog, each only where they differ."""

    def lines(self, document: Document) -> Iterator[Line]:
        """Which two are compared, then what differs."""
        before, after = document["before"], document["after"]
        yield (Span(f"{before['title']} -> {after['title']}", "bold"),)
        if document["empty"]:
            yield "Nothing differs."
            return
        if document["resources"]:
            yield ""
            yield (Span("Resources", "bold"),)
        for resource in document["resources"]:
            mark, style = _MARKS[resource["change"]]
            yield ("  ", Span(mark, style), f" {resource['address']}")
            yield from self._properties(resource["diffs"])
        for title in ("images", "variables"):
            if document[title]:
                yield ""
                yield (Span(title.capitalize(), "bold"),)
                yield from self._properties(document[title])
        yield from _sources(before, after, told=bool(document["resources"]))

    def _properties(self, diffs: Iterable[Document]) -> Iterator[Line]:
        writer = ChangeLines(0, verbose=self._screen.verbose)
        return writer.properties({**d, "place": None} for d in diffs)


def _sources(before: Document, after: Document, *, told: bool) -> Iterator[Line]:
    if before["catalog"] != after["catalog"]:
        yield ""
        yield f"Catalog: {_short(before['catalog'])} -> {_short(after['catalog'])}"
    if before["application"] != after["application"]:
        yield ""
        yield "The application's files differ" + (
            "." if told else ", in nothing that a resource is made from."
        )


def _short(revision: str | None) -> str:
    """A revision without the tail of its digest."""
    if revision is None:
        return "none"
    kind, colon, digest = revision.partition(":")
    return f"{kind}:{digest[:12]}" if colon and len(kind) < 12 else f"{kind[:12]}{colon}{digest}"
