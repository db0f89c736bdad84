"""What others changed, for people."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.command import command
from .document import Document, TextView
from .text import Line, Span, clean, count, pad, width
from .values import before_after

_STYLES = {"changed": ("~", "yellow"), "gone": ("-", "bold red"), "unread": ("?", "bold yellow")}
_WIDEST = 44


class DriftText(TextView):
    """One sentence, then everything that is not as recorded, then what could not be read."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the document."""
        yield from _summary(document)
        found = document["resources"]
        yield from _section("Not as recorded", [r for r in found if r["finding"] in ("changed", "gone")])
        yield from _section("Could not be read", [r for r in found if r["finding"] == "unread"])
        if document["drifted"]:
            next_ = command("plan", "--refresh", environment=document["environment"]["name"])
            yield ""
            yield f"Next: {next_} shows what would bring it back."


def _summary(document: Document) -> Iterator[Line]:
    where = f"{document['application']} in {document['environment']['name']}"
    summary = document["summary"]
    if not document["resources"]:
        yield (
            Span("Nothing to read: ", "bold green"),
            f"nothing is recorded of {where} that could be looked at.",
        )
        return
    same = f"{count(summary['as-recorded'], 'resource')} as recorded"
    if not document["drifted"] and not summary["unread"]:
        yield (Span("No drift: ", "bold green"), f"{where}, {same}.")
    else:
        told = [(f"{summary[word]:,} {text}", style) for word, text, style in _WORDS if summary[word]]
        spans = [part for text, style in told for part in (Span(text, style), ", ")][:-1]
        yield (Span(f"{where}: ", "bold"), *spans, f"; {same}.")
    if document["paused"]:
        yield f"{document['environment']['name']} is paused: what a pause stops is not asked, or shows as changed."


_WORDS = (
    ("changed", "changed outside", "yellow"),
    ("gone", "gone", "bold red"),
    ("unread", "could not be read", "bold yellow"),
)


def _section(title: str, resources: list[Document]) -> Iterator[Line]:
    if not resources:
        return
    yield ""
    yield (Span(title, "bold"),)
    column = min(max(width(clean(r["address"])) for r in resources), _WIDEST)
    for resource in resources:
        symbol, style = _STYLES[resource["finding"]]
        said = "; ".join(resource["said"])
        word = (
            "" if resource["finding"] == "unread" else "gone" if resource["finding"] == "gone" else "changed"
        )
        text = ": ".join(part for part in (word, said) if part)
        yield ("  ", Span(symbol, style), " ", Span(pad(resource["address"], column), "bold"), f"  {text}")
        for diff in resource["diffs"]:
            value = "another secret than recorded" if diff["secret"] else before_after(diff, 120)
            yield f"      {diff['path']}  {value}"
