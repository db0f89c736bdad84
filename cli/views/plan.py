"""The plan, shown: text that a person reads first, and the published document as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ...plans.plan import Plan
from ...plans.report import report, told
from .formats import format_of
from .plan_html import PlanHtml
from .plan_markdown import PlanMarkdown
from .planned import Document, closing, sections, summary
from .screen import Screen
from .text import Line, Span


class PlanText:
    """A plan for people, on standard output."""

    def __init__(self, screen: Screen, since: Plan | None = None) -> None:
        self._screen = screen
        self._since = since

    def show(self, plan: Plan) -> None:
        """Write the plan."""
        self._screen.data(self.lines(told(plan, self._since)))

    def lines(self, document: Document) -> Iterator[Line]:
        """The summary, the sections below each other, and the end."""
        yield from summary(document)
        for section in sections(document, verbose=self._screen.verbose):
            yield ""
            yield (Span(section.title, "bold"),)
            yield from section.lines
        yield from closing(document)


class PlanJson:
    """The published plan document itself, on standard output."""

    def __init__(self, screen: Screen, since: Plan | None = None) -> None:
        self._screen = screen
        self._since = since

    def show(self, plan: Plan) -> None:
        """Write the document."""
        self._screen.document(report(plan, self._since))


PlanView = PlanText | PlanJson | PlanMarkdown | PlanHtml

FORMATS = ("text", "json", "markdown", "html")


def plan_view(
    screen: Screen,
    format_: str | None = None,
    *,
    saved: str | None = None,
    share: int = 1,
    since: Plan | None = None,
) -> PlanView:
    """The view of a format; that of the screen where none is named.

    ``saved`` is the file that the plan is saved to, ``since`` a plan that was read before. A format with a limit keeps to
    the ``share``-th part of it. Raises InvalidInput for another format.
    """
    chosen = format_of(screen, format_, FORMATS)
    if chosen == "markdown":
        return PlanMarkdown(screen, saved, share, since)
    simple: Mapping[str, Callable[[Screen, Plan | None], PlanView]] = {
        "text": PlanText,
        "json": PlanJson,
        "html": PlanHtml,
    }
    return simple[chosen](screen, since)


def plans_view(
    screen: Screen,
    format_: str | None = None,
    *,
    several: bool = False,
    saved: str | None = None,
    since: Plan | None = None,
) -> Callable[[Sequence[Plan]], None]:
    """Shows plans in a format: below each other, as JSON one document, which holds them where there are ``several``.

    Raises InvalidInput as :func:`plan_view` does, before anything is planned.
    """
    plan_view(screen, format_)

    def show(plans: Sequence[Plan]) -> None:
        view = plan_view(screen, format_, saved=saved, share=max(1, len(plans)), since=since)
        if several and isinstance(view, PlanJson):
            screen.document({"format": 1, "kind": "plans", "plans": [report(plan) for plan in plans]})
            return
        for index, plan in enumerate(plans):
            if index:
                screen.data([""])
            view.show(plan)

    return show
