"""Builds, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, columns
from .validation import remarks

_EFFECTS = {
    "next": "takes it with the next apply",
    "deployed": "has it already",
    "pinned": "is pinned to {counts}",
    "superseded": "keeps the newer {counts}",
}

_WIDEST = 32
"""Columns for a cell of a list at most, before it stands out: refs may be of any length."""


class NotificationText(TextView):
    """The build, and what it means for each environment whose rules take it."""

    def lines(self, document: Document) -> Iterator[Line]:
        """One sentence, a table, the next command."""
        build, found = document["build"], document["environments"]
        what = "Recorded" if document["recorded"] else "Known already:"
        yield (Span(f"{what} build {build['id']}", "bold"), f" of {_target(build)} from {build['ref']}")
        yield f"  {build['image']}"
        yield from remarks(document["remarks"])
        if not found:
            yield f"No environment of {build['application']} takes it: no rule of their types fits this ref and workload."
            return
        rows = ((e["environment"], e["type"], e["then"], _effect(e)) for e in found)
        yield from columns([("ENVIRONMENT", "TYPE", "THEN", "NOW"), *rows])


class BuildsText(TextView):
    """One line a build, newest first."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The builds as a table; a sentence where there are none."""
        if not document["builds"]:
            yield f"No build of {document['application']} is recorded."
            return
        head = ("ID", "WORKLOAD", "REF", "NUMBER", "COMMIT", "RECEIVED", "BY", "IMAGE")
        yield from columns([head, *(_row(b) for b in document["builds"])], widest=_WIDEST)


def _row(build: Document) -> tuple[str, ...]:
    number = "" if build["number"] is None else str(build["number"])
    commit = (build["commit"] or "")[:12]
    about = (str(build["id"]), _target(build), build["ref"], number, commit)
    return (*about, build["received"], build["actor"], build["image"])


def _target(build: Document) -> str:
    return f"{build['workload']}/{build['container']}" if build["container"] else str(build["workload"])


def _effect(selection: Document) -> str:
    return _EFFECTS[selection["effect"]].format(counts=selection["counts"])
