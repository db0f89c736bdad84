"""What workloads print, and what happened during a deployment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .screen import Screen
from .steps import DOING, ended, seconds
from .text import Line, Span


class WorkloadsLog:
    """Each line with its source before it, or as JSON; written as it comes."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, lines: Iterable[tuple[str, str]]) -> None:
        """Write every line."""
        for source, line in lines:
            if self._screen.json:
                self._screen.record({"source": source, "line": line})
            else:
                self._screen.data([(Span(f"{source} | ", "dim"), line)])


class EventsLog:
    """The recorded events of a deployment, a line each."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Write every event."""
        if self._screen.json:
            for event in events:
                self._screen.record(event)
        else:
            self._screen.data(self.lines(events))

    def lines(self, events: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
        """Time, resource and what happened to it."""
        for event in events:
            what = (Span(f"{event['at']}  ", "dim"), str(event.get("address", "")))
            yield (*what, f"  {_words(event)}")


def _words(event: Mapping[str, Any]) -> str:
    kind = str(event.get("step", ""))
    if event["event"] == "step-started":
        return DOING.get(kind, kind)
    if event["event"] == "step-finished":
        return f"{ended(kind, event['status'])} in {seconds(event.get('seconds', 0.0))}"
    return str(event.get("message", event["event"]))
