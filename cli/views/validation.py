"""The result of checks that found nothing wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .change import faint, spot
from .document import Document, TextView
from .text import Line, Span, count


class ValidText(TextView):
    """What was checked, and what is worth knowing though it is no error."""

    def lines(self, document: Document) -> Iterator[Line]:
        """One sentence, what it does not cover, then the remarks."""
        declared = count(document["resources"], "declared resource")
        what = f"{count(document['workloads'], 'workload')}, {declared}"
        types = ", ".join(document["types"])
        for_what = "with what is built in, for" if document["unchecked"] else "for environments of"
        checked = f"checked {for_what} type {types}" if types else ""
        yield (
            Span("Valid: ", "bold green"),
            ", ".join(filter(None, (document["application"], what, checked))),
            ".",
        )
        for what in document["unchecked"]:
            yield f"  not checked: {what}"
        yield from remarks(document["remarks"])


class CatalogValidText(TextView):
    """How much the catalog holds, and what is worth knowing though it is no error."""

    def lines(self, document: Document) -> Iterator[Line]:
        """One sentence, then the remarks."""
        items = sum(len(layer["items"]) for layer in document["layers"])
        what = f"{count(len(document['layers']), 'layer')}, {count(items, 'item')}"
        yield (Span("Valid: ", "bold green"), f"catalog {document['revision'][:24]}, {what}.")
        yield from remarks(document["remarks"])


def remarks(found: Iterable[Document]) -> Iterator[Line]:
    """Warnings and notices, each with its place and hint."""
    for remark in found:
        place = f" ({spot(remark['place'])})" if remark["place"] else ""
        style = "yellow" if remark["severity"] == "warning" else "cyan"
        yield ("  ", Span(f"{remark['severity']}: ", style), f"{remark['message']}{place}")
        if remark["hint"]:
            yield faint(f"    {remark['hint']}")
