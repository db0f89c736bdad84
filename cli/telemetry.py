"""Chooses who besides the screen is told of a deployment: by OpenTelemetry's variables, and the folder for metrics."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..graph.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from ..plans.apply.events import Event
    from ..plans.plan import Plan
    from ..plans.telemetry import Observer
    from .session import Session

_HINT = "pip install 'bakehouse[telemetry]'"


@contextmanager
def watched(session: Session, plan: Plan) -> Generator[Callable[[Event], None]]:
    """What to tell every event to. At the end all is sent; what could not be is a warning, and changes nothing else."""
    from .views.problems import ProblemsText

    wanted = list(_wanted(session, plan))
    observers: list[Observer] = []
    found: list[Diagnostic] = []
    for what, make in wanted:
        try:
            observers.append(make())
        except ImportError:
            message = f"{what} are asked for, and what makes them is not installed"
            found.append(Diagnostic("telemetry-missing", message, severity=Severity.WARNING, hint=_HINT))

    def tell(event: Event) -> None:
        for observer in tuple(observers):
            try:
                observer(event)
            except Exception as error:
                observers.remove(observer)
                found.append(_lost(f"telemetry failed: {type(error).__name__}: {error}"))

    try:
        yield tell
    finally:
        lost = [why for why in (observer.close() for observer in observers) if why]
        found += map(_lost, lost)
        if found:
            ProblemsText(session.screen, lambda place: None).show(found)


def _lost(why: str) -> Diagnostic:
    hint = "the deployment itself is not concerned"
    return Diagnostic("telemetry-lost", why, severity=Severity.WARNING, hint=hint)


def _wanted(session: Session, plan: Plan) -> Iterator[tuple[str, Callable[[], Observer]]]:
    from ..plans.telemetry import metrics, traces

    folder = session.settings.metrics_dir
    if traces.wanted(os.environ):
        yield "traces", lambda: traces.Traces(plan, os.environ)
    if folder is not None:
        yield "metrics", lambda: metrics.Metrics(plan, folder)
