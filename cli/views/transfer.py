"""What was exported or imported, for people."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.command import command
from .document import Document, TextView
from .text import Line, count


class ExportText(TextView):
    """Where it is, and what to do with it."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the document."""
        yield f"{_what(document)} is written to {document['file']}."
        yield ""
        yield f"Next: {command('state', 'import', document['file'])} with --state of another store."


class ImportText(TextView):
    """What is here now, and what must go elsewhere."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the document."""
        name = document["environment"]
        forget = command("state", "rm", "--all", environment=name)
        yield f"{_what(document)} is here now."
        yield ""
        yield f"Next: in the store that it came from, {forget}, then {command('env', 'delete', name)}."


def _what(document: Document) -> str:
    counts = ", ".join(
        count(document[part], noun)
        for part, noun in (("resources", "resource"), ("deployments", "deployment"), ("secrets", "secret"))
    )
    return f"{document['application']}/{document['environment']} ({counts})"
