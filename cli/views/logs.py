"""What workloads print, and what happened during a deployment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...plans.apply.events import EventKind
from .progress import why_of
from .screen import Screen
from .steps import DOING, ended, seconds
from .text import Line, Span, count


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
            address = str(event.get("address", ""))
            yield (
                Span(f"{event['at']}  ", "dim"),
                f"{address}  {_words(event)}" if address else _words(event),
            )


def _words(event: Mapping[str, Any]) -> str:
    kind = str(event.get("step", ""))
    match event["event"]:
        case EventKind.DEPLOYMENT_STARTED:
            return (
                f"deployment {event['deployment']} of {event['environment']}: {count(event['total'], 'step')}"
            )
        case EventKind.DEPLOYMENT_FINISHED:
            return f"deployment {event['deployment']} {event['status']}"
        case EventKind.LEASE_TAKEN_OVER:
            return f"the lease of {event['actor']} on {event['host']}, which is gone, was taken over"
        case EventKind.CANCELLING:
            return "asked to stop"
        case EventKind.STEP_STARTED:
            return DOING.get(kind, kind)
        case EventKind.STEP_RETRY:
            return f"trying again: {event['message']}"
        case EventKind.STEP_FINISHED:
            why = why_of(event)
            return f"{ended(kind, event['status'])} in {seconds(event['seconds'])}{f': {why}' if why else ''}"
        case _:
            return str(event.get("message", event["event"]))
