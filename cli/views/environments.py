"""Environments, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, columns
from .values import show


class EnvironmentsText(TextView):
    """One line an environment."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The environments as a table; a sentence where there are none."""
        found = document["environments"]
        if not found:
            yield f"{document['application']} has no environment yet; `bakehouse init` registers one."
            return
        rows = [("NAME", "TYPE", "LAST DEPLOYMENT", "NOTE")]
        yield from columns([*rows, *(_row(e) for e in found)])


class EnvironmentText(TextView):
    """One environment after it was made or amended."""

    def lines(self, document: Document) -> Iterator[Line]:
        """Its name and what is set in it."""
        yield f"{document['name']} of {document['application']} (type {document['type']})"
        for name, value in sorted(document["variables"].items()):
            yield f"  {name} = {show(value)}"
        for name, image in sorted(document["images"].items()):
            yield f"  image {name} = {show(image, 200)}"
        yield from (f"  {note}" for note in notes(document))
        copied = document["copied_from"]
        if copied:
            yield f"  copied from deployment {copied['deployment']} of {copied['environment']}"


def _row(environment: Document) -> tuple[str, ...]:
    last = environment["last_deployment"]
    deployed = f"{last['number']} {last['status']}" if last else "never deployed"
    return environment["name"], environment["type"], deployed, ", ".join(notes(environment))


def notes(document: Document) -> Iterator[str]:
    """How an environment stands, where that is not simply running."""
    if document["paused"]:
        yield "paused"
    if document["expired"]:
        yield f"expired since {document['expires']}"
    elif document["expires"]:
        yield f"expires {document['expires']}"
    if document["rolled_back_to"] is not None:
        yield f"rolled back to {document['rolled_back_to']}"
    if document["note"]:
        yield document["note"]
