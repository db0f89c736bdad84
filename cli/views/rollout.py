"""What became of several environments, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document
from .screen import Screen
from .text import Line, Span, pad, width

_WORDS = {
    "applied": ("applied", "green"),
    "unchanged": ("nothing to do", "dim"),
    "deleted": ("deleted", "green"),
    "kept": ("kept", "bold yellow"),
    "failed": ("failed", "bold red"),
    "skipped": ("skipped", "yellow"),
    "not-attempted": ("not attempted", "dim"),
}


class RolloutText:
    """One line an environment, in the order in which they were gone through, then how to carry on."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write the summary."""
        self._screen.data(self.lines(document))

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the summary."""
        found = document["environments"]
        column = max((width(e["environment"]) for e in found), default=0)
        yield ""
        yield (Span("Environments", "bold"),)
        for environment in found:
            word, style = _WORDS[environment["result"]]
            number = environment["deployment"]
            deployed = f", deployment {number}" if number is not None else ""
            why = f": {environment['why']}" if environment["why"] else ""
            yield ("  ", pad(environment["environment"], column), "  ", Span(word, style), f"{deployed}{why}")
        if document["resume"]:
            yield ""
            yield ("Carry on with: ", Span(document["resume"], "bold"))


class RolloutJson:
    """The summary as the last line of the event stream."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write one line of JSON."""
        self._screen.record(document)


def rollout_view(screen: Screen) -> RolloutText | RolloutJson:
    """The view of the screen's format."""
    return RolloutJson(screen) if screen.json else RolloutText(screen)
