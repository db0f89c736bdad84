"""What `init` did, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.command import command
from .document import Document, TextView
from .text import Line, Span


class ReadyText(TextView):
    """The files written, the environment, the next commands."""

    def lines(self, document: Document) -> Iterator[Line]:
        """What is ready now."""
        for file in document["files"]:
            yield (Span("  wrote ", "green"), file)
        if document["schemas"]:
            yield (Span("  wrote ", "green"), document["schemas"], ", with which editors check the files")
        name = document["environment"]
        if name is None:
            types = ", ".join(document["environment_types"]) or "none"
            yield f"The catalog declares no environment type local (it has: {types})."
            yield "Next: bakehouse env create NAME --type TYPE"
            return
        done = "registered" if document["registered"] else "is registered already"
        yield (Span(f"{document['application']}", "bold"), f" is ready; environment {name} {done}.")
        which = name if document["several"] else None
        plan, apply = (command(word, environment=which) for word in ("plan", "apply"))
        yield f"Next: {plan}, then {apply}"
