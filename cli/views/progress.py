"""What happens while a plan is applied, told as it happens: lines, or events for machines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from ...plans.apply.events import Event, EventKind
from ...plans.state.records import StepStatus
from .screen import Screen
from .steps import DOING, STYLES, ended, seconds
from .text import Line, Span, count

FEW = 200
"""Up to this many steps every start is told; above, only ends and what goes wrong."""


class Progress(ABC):
    """A listener of an apply; as a context it is the time while it may draw."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __enter__(self) -> Self:
        return self

    def __exit__(  # noqa: B027 - most views have nothing to clean up
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End drawing."""

    @abstractmethod
    def __call__(self, event: Event) -> None:
        """Tell one event."""


class ProgressLines(Progress):
    """One line an event on standard error: for logs and pipes."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._total = 0

    def __call__(self, event: Event) -> None:
        """Write the event's line, if it deserves one."""
        if event.kind is EventKind.DEPLOYMENT_STARTED:
            self._total = int(event.detail.get("total", 0))
        if event.kind is EventKind.STEP_STARTED and self._total > FEW:
            return
        line = line_of(event)
        if line is not None:
            self._screen.tell([line])


class ProgressJson(Progress):
    """Every event as one line of JSON on standard output."""

    def __call__(self, event: Event) -> None:
        """Write the event."""
        self._screen.record(event.body())


def line_of(event: Event) -> Line | None:
    """The event in one line; None for what a line has nothing to say about."""
    detail = event.detail
    match event.kind:
        case EventKind.DEPLOYMENT_STARTED:
            return f"Deployment {event.deployment}: {count(int(detail.get('total', 0)), 'step')}"
        case EventKind.LEASE_TAKEN_OVER:
            who = f"{detail['actor']} ({detail['purpose']}) on {detail['host']}, process {detail['pid']}"
            return (Span("  ! ", "yellow"), f"took over from {who}, which has not come to its end")
        case EventKind.STEP_STARTED:
            return (
                Span("  … ", "dim"),
                event.address,
                Span(f"  {DOING.get(event.step, event.step)}", "dim"),
            )
        case EventKind.STEP_PROGRESS:
            return (Span("  … ", "dim"), event.address, Span(f"  {detail.get('message', '')}", "dim"))
        case EventKind.STEP_RETRY:
            words = f"  trying again: {detail.get('message', '')}"
            return (Span("  ~ ", "yellow"), event.address, Span(words, "yellow"))
        case EventKind.STEP_FINISHED:
            return finished(event)
        case EventKind.CANCELLING:
            return (Span("Stopping: ", "bold yellow"), "running steps may finish; Ctrl-C again leaves them")
        case EventKind.REMARK:
            return (Span("  ! ", "yellow"), str(detail.get("message", "")))
        case EventKind.DEPLOYMENT_FINISHED:
            return None


_MARKS = {StepStatus.DONE: "✓", StepStatus.UNCHANGED: "=", StepStatus.FAILED: "✗", StepStatus.SKIPPED: "-"}


def finished(event: Event) -> Line:
    """How a step ended."""
    status = StepStatus(event.detail.get("status", StepStatus.DONE))
    style = STYLES[status]
    took = float(event.detail.get("seconds", 0.0))
    words = ended(event.step, status) + (f" in {seconds(took)}" if took >= 0.05 else "")
    why = why_of(event.detail).split("\n")[0]  # the result has the rest
    return (
        Span(f"  {_MARKS.get(status, '?')} ", style),
        event.address,
        Span(f"  {words}", style if status is not StepStatus.DONE else "dim"),
        f": {why}" if why else "",
    )


def why_of(detail: Mapping[str, Any]) -> str:
    """The reason that a step's detail gives for not being done."""
    because = detail.get("because")
    return str(detail.get("message") or (f"because of {because}" if because else ""))
