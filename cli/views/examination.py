"""What an examination of the state found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, count

_STYLES = {"error": "bold red", "warning": "bold yellow", "notice": "bold cyan"}


class ExaminationText(TextView):
    """Every finding with what to do about it, then one sentence."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the document."""
        findings = document["findings"]
        for found in findings:
            label = Span(f"{found['severity']}: ", _STYLES[found["severity"]])
            yield (label, found["message"], Span(f" [{found['code']}]", "dim"))
            for word in ("hint", "next"):
                if found[word]:
                    yield (Span(f"  {word}: ", "cyan"), found[word])
        if not findings:
            yield (Span("The state is well.", "bold green"),)
        elif document["healthy"]:
            yield (
                Span("Nothing is lost: ", "bold green"),
                f"{count(len(findings), 'finding')} to be settled.",
            )
        else:
            lost = sum(1 for found in findings if found["severity"] == "error")
            yield (Span("The state is damaged: ", "bold red"), f"{count(lost, 'error')}.")
