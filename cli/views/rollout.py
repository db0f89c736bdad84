"""What became of several environments, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .comment import code, part
from .document import Document
from .screen import Screen
from .text import Line, Span, pad, shorten, width

_LONGEST = 500
"""Characters of a reason at most; the error itself was told whole."""

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
        yield ""
        yield (Span("Environments", "bold"),)
        yield from _fates(document)
        if document["resume"]:
            yield ""
            yield ("Carry on with: ", Span(document["resume"], "bold"))


class RolloutMarkdown:
    """The summary below the comments of the environments."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write the summary."""
        self._screen.text(part("Environments", list(_fates(document)), language="text", folds=False) + "\n")
        if document["resume"]:
            self._screen.text(f"\nCarry on with {code(document['resume'])}.\n")


def _fates(document: Document) -> Iterator[Line]:
    """What became of each environment, in a line."""
    found = document["environments"]
    column = max((width(e["environment"]) for e in found), default=0)
    for environment in found:
        word, style = _WORDS[environment["result"]]
        number = environment["deployment"]
        deployed = f", deployment {number}" if number is not None else ""
        why = f": {shorten(environment['why'], _LONGEST)}" if environment["why"] else ""
        yield ("  ", pad(environment["environment"], column), "  ", Span(word, style), f"{deployed}{why}")


class RolloutJson:
    """The summary as the last line of the event stream."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write one line of JSON."""
        self._screen.record(document)


def rollout_view(screen: Screen, format_: str | None = None) -> RolloutText | RolloutJson | RolloutMarkdown:
    """The view of a format that results have, else that of the screen."""
    if format_ == "markdown":
        return RolloutMarkdown(screen)
    return RolloutJson(screen) if screen.json else RolloutText(screen)
