"""What became of a deployment: the result of an apply, and a deployment looked at later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...plans.order import StepKind
from .document import TextView
from .progress import why_of
from .screen import Screen
from .steps import DONE, STYLES, ended, seconds
from .text import Line, Span, count, folded, pad, width

Document = Mapping[str, Any]

SENTENCES = {
    "succeeded": ("Applied", "bold green"),
    "failed": ("Failed", "bold red"),
    "interrupted": ("Stopped", "bold yellow"),
    "abandoned": ("Left", "bold yellow"),
    "running": ("Running", "bold cyan"),
}
_TROUBLE = (("failed", "Failed"), ("pending", "Outcome not known"), ("skipped", "Skipped"))


class OutcomeText:
    """The result for people: one sentence, then whatever was not done and why, then how to carry on."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write the result."""
        self._screen.data(self.lines(document))

    def lines(self, document: Document) -> Iterator[Line]:
        """The lines of the result."""
        yield _sentence(document)
        for status, title in _TROUBLE:
            steps = [s for s in document["steps"] if s["status"] == status]
            if steps:
                yield ""
                yield (Span(title, STYLES[status]),)
                yield from step_lines(steps)
        retained = [s for s in document["steps"] if handed_over(s)]
        if retained:
            yield ""
            yield (Span("Retained", STYLES["done"]),)
            yield from step_lines(retained)
        left = sum(1 for s in document["steps"] if s["status"] == "not-attempted")
        if left:
            yield ""
            yield f"Not attempted: {count(left, 'step')}."
        yield from _carry_on(document)
        for url in document.get("urls", ()):
            yield (f"{url['address']}  ", Span(url["url"], "bold cyan"))


class DeploymentText(TextView):
    """A deployment looked at later: the same, and every step."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The result, who did it from what, the journal, and how to carry on."""
        yield _sentence(document)
        yield f"  by {document['actor']}, {document['started']} to {document['ended'] or 'now'}"
        facts = (("plan", "plan_digest"), ("catalog", "catalog"), ("commit", "commit"), ("note", "reason"))
        yield from (f"  {title} {document[key]}" for title, key in facts if document[key])
        for container, image in sorted(document["images"].items()):
            yield f"  image {container} = {image}"
        if document["steps"]:
            yield ""
            yield from step_lines(document["steps"])
        yield from _carry_on(document)


class OutcomeJson:
    """The result as the last line of the event stream."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, document: Document) -> None:
        """Write one line of JSON."""
        self._screen.record(document)


def _sentence(document: Document) -> Line:
    word, style = SENTENCES[document["status"]]
    took = f" in {seconds(document['seconds'])}" if document["seconds"] is not None else ""
    what = operation(document)
    name = (
        f"deployment {document['number']} ({what})" if what != "apply" else f"deployment {document['number']}"
    )
    parts = ", ".join(done_words(document))
    where = f"{document['application']} in {document['environment']}"
    return (Span(f"{word}: ", style), f"{name} of {where}{took}: {parts or 'nothing done'}.")


def done_words(document: Document) -> list[str]:
    """How much was done of what, in words."""
    done = [(kind, number) for kind, number in document["done"].items() if number]
    told = [f"{number:,} {DONE.get(kind, kind)}" for kind, number in done]
    return told + ([f"{document['unchanged']:,} unchanged"] if document["unchanged"] else [])


def _carry_on(document: Document) -> Iterator[Line]:
    if document["resume"]:
        yield ""
        yield ("Carry on with: ", Span(document["resume"], "bold"))


def operation(document: Document) -> str:
    """What a deployment did, in a word; of a rollback also where it went back to."""
    back = document["rolled_back_to"]
    return str(document["operation"]) if back is None else f"{document['operation']} to {back}"


def handed_over(step: Document) -> bool:
    """Whether something was said of what is not recorded any more, such as where it lies now."""
    return step["step"] == StepKind.FORGET and step["status"] == "done" and bool(step["message"])


def step_lines(steps: Sequence[Document]) -> Iterator[Line]:
    """What became of each step, and why; its error with code, hint and the definition that the resource is met by."""
    column = min(max((width(s["address"]) for s in steps), default=0), 44)
    for step in steps:
        why, *others = folded(why_of(step), indent="      ")
        words = ended(step["step"], step["status"])
        code = f" [{step['detail']['code']}]" if step["detail"].get("code") else ""
        said = f"  {words}{': ' if why else ''}{why}"
        yield ("  ", Span(pad(step["address"], column), "bold"), said, Span(code, "dim"))
        yield from others
        if step["hint"]:
            yield (Span("    hint: ", "cyan"), step["hint"])
        if step["definition"]:
            yield (Span("    met by: ", "cyan"), f"definition {step['definition']}")
