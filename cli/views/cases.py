"""How the cases of a catalog went, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, count


class CasesText(TextView):
    """One line a case; below one that is not met, each difference with its place."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The cases, then how many were met."""
        for case in document["cases"]:
            met = not case["differences"]
            yield (Span("met     " if met else "NOT MET ", "green" if met else "bold red"), case["name"])
            for difference in case["differences"]:
                where = f"{difference['place']}: " if difference["place"] else ""
                yield f"        {where}{difference['message']}"
        failed = document["failed"]
        yield ""
        met_count = len(document["cases"]) - failed
        text = f"{count(met_count, 'case')} met" + (f", {failed} not met" if failed else "")
        yield (
            Span(text, "bold red" if failed else "bold green"),
            f" in {document['seconds'] * 1000:.0f} ms.",
        )
