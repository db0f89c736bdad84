"""What a command did, or would do, to the application's files."""

from __future__ import annotations

from collections.abc import Iterator

from .change import faint
from .document import Document, TextView
from .text import Line, Span
from .validation import remarks

_STYLES = {"created": "green", "changed": "yellow", "removed": "red"}
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


class EditText(TextView):
    """One line a file, or the whole difference where nothing is written; then what to do with it."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The files, the placeholders of what came, the next commands."""
        for file in document["files"]:
            if document["written"]:
                yield ("  ", Span(file["action"].ljust(8), _STYLES[file["action"]]), file["path"])
            else:
                yield from ((Span(line, _COLOURS.get(line[:1], "")),) for line in file["diff"])
        if not document["written"]:
            yield faint("Nothing was written.")
        yield from remarks(document["remarks"])
        for resource in document["resources"]:
            yield from _use(resource)
        for index, line in enumerate(document["next"]):
            yield f"{'Next: ' if index == 0 else '      '}{line}"


def _use(resource: Document) -> Iterator[Line]:
    name, type_ = resource["name"], resource["type"]
    if resource["workload"] is None:
        yield f"A workload uses it with: bakehouse app add resource WORKLOAD {name} --type {type_} --id {name}"
        return
    if resource["placeholders"]:
        yield f"Use {name} by: {', '.join(resource['placeholders'])}"
