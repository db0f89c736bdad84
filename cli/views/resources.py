"""Recorded resources, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, columns
from .values import show


class ResourcesText(TextView):
    """One line a resource."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The resources as a table; a sentence where there are none."""
        found = document["resources"]
        if not found:
            yield f"Nothing is recorded of {document['application']} in {document['environment']}."
            return
        head = ("ADDRESS", "STATUS", "DRIVER", "DEFINITION", "DEPLOYMENT")
        rows = (
            (r["address"], r["status"], r["driver"], r["definition"] or "", str(r["deployment"]))
            for r in found
        )
        yield from columns([head, *rows])


_FACTS = (
    ("status", "status"),
    ("driver", "driver"),
    ("definition", "definition"),
    ("connection", "connection"),
    ("on removal", "on_remove"),
    ("generation", "generation"),
    ("uid", "uid"),
    ("slug", "slug"),
    ("written by deployment", "deployment"),
    ("row version", "row_version"),
)


class ResourceText(TextView):
    """Everything that is recorded of one resource."""

    def lines(self, document: Document) -> Iterator[Line]:
        """Facts, inputs, outputs, dependencies."""
        yield (Span(document["address"], "bold"),)
        facts = [(title, document[key]) for title, key in _FACTS if document[key] is not None]
        yield from (f"  {line}" for line in columns((title, str(value)) for title, value in facts))
        if document["pending"]:
            pending = document["pending"]
            yield f"  unfinished {pending['operation']} of deployment {pending['deployment']}"
        for old in document["deposed"]:
            yield f"  replaced object of generation {old['generation']} is not deleted yet"
        yield from values("inputs", document["inputs"])
        yield from values("outputs", document["outputs"])
        if document["depends_on"]:
            yield "  depends on"
            yield from (f"    {line}" for line in columns(_edge(e) for e in document["depends_on"]))


def values(title: str, found: Document) -> Iterator[Line]:
    """A heading and the values below it, aligned."""
    if found:
        yield f"  {title}"
        yield from (
            f"    {line}" for line in columns((name, show(value, 120)) for name, value in found.items())
        )


def _edge(edge: Document) -> tuple[str, ...]:
    used = f"{edge['output']} -> {edge['input']}" if edge["input"] or edge["output"] else ""
    return (edge["address"], used)
