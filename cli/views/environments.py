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
        if document["expires"]:
            yield f"  expires {document['expires']}"


def _row(environment: Document) -> tuple[str, ...]:
    last = environment["last_deployment"]
    notes = [
        *(["paused"] if environment["paused"] else []),
        *([f"expires {environment['expires']}"] if environment["expires"] else []),
        *([environment["note"]] if environment["note"] else []),
    ]
    deployed = f"{last['number']} {last['status']}" if last else "never deployed"
    return environment["name"], environment["type"], deployed, ", ".join(notes)
