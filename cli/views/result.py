"""The result of a deployment in the formats that it has: as an apply ends, and looked at later."""

from __future__ import annotations

from .document import JsonView
from .formats import format_of
from .outcome import DeploymentText, OutcomeJson, OutcomeText
from .result_markdown import ResultMarkdown
from .screen import Screen

FORMATS = ("text", "json", "markdown")


def deployment_view(screen: Screen, format_: str | None = None) -> DeploymentText | JsonView | ResultMarkdown:
    """The view of a deployment that is looked at later; raises InvalidInput for a format that there is not."""
    chosen = format_of(screen, format_, FORMATS)
    if chosen == "markdown":
        return ResultMarkdown(screen)
    return JsonView(screen) if chosen == "json" else DeploymentText(screen)


def outcome_view(
    screen: Screen, format_: str | None = None, *, share: int = 1
) -> OutcomeText | OutcomeJson | ResultMarkdown:
    """The view of the end of an apply; of several, a comment keeps to the ``share``-th part of the room."""
    chosen = format_of(screen, format_, FORMATS)
    if chosen == "markdown":
        return ResultMarkdown(screen, share)
    return OutcomeJson(screen) if chosen == "json" else OutcomeText(screen)
