"""The deployments of an environment, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .outcome import operation
from .steps import seconds
from .text import Line, columns


class HistoryText(TextView):
    """One line a deployment, newest first."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The deployments as a table; a sentence where there are none."""
        found = document["deployments"]
        if not found:
            yield f"{document['application']} in {document['environment']} was never deployed."
            return
        head = ("N", "WHAT", "RESULT", "STARTED", "TOOK", "BY", "STEPS")
        yield from columns([head, *(_row(d) for d in found)])


def _row(deployment: Document) -> tuple[str, ...]:
    took = deployment["seconds"]
    counts = ", ".join(f"{number:,} {status}" for status, number in deployment["counts"].items())
    return (
        str(deployment["number"]),
        operation(deployment),
        deployment["status"],
        deployment["started"],
        seconds(took) if took is not None else "",
        deployment["actor"],
        counts,
    )
