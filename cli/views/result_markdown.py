"""What became of a deployment as Markdown for a pull request: the comment of its plan, turned into the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ...graph.command import command
from .comment import LIMIT, code, fitting, marker, part
from .outcome import SENTENCES, done_words, handed_over, operation, step_lines
from .screen import Screen
from .steps import DONE, ended, seconds
from .text import Line, count, shorten

Document = Mapping[str, Any]
Steps = Sequence[Document]

_MOST_LINES = 20
_MOST_TYPES = 10
_LONG_COMMAND = 300
_WORTH_A_TIME = 0.05
"""Seconds from which it is said how long a step took."""


class _Detail(Struct, frozen=True):
    """How much is told: whether each step that is done, and each that was never started, is named; how many of the
    failures, and how many characters of what each says. None is all.
    """

    done: bool = False
    left: bool = False
    failures: int | None = None
    words: int | None = None


_WHOLE = _Detail(done=True, left=True)
_DETAILS = (
    _WHOLE,
    _Detail(left=True),
    _Detail(),
    _Detail(words=2_000),
    _Detail(words=200),
    *(_Detail(failures=number, words=200) for number in (200, 100, 50, 25, 10, 5, 2, 1, 0)),
)


class ResultMarkdown:
    """A result for a pull request, on standard output; one of several keeps to its share of the room."""

    def __init__(self, screen: Screen, share: int = 1) -> None:
        self._screen = screen
        self._limit = LIMIT // share

    def show(self, document: Document) -> None:
        """Write the comment."""
        self._screen.text(markdown(document, limit=self._limit))


def markdown(document: Document, *, limit: int = LIMIT) -> str:
    """The comment about a deployment, of at most ``limit`` characters.

    Where all of it does not fit, first what is done is told by number, then what was never started, then what the
    failures say more briefly; and at last only some of these are named, with the number of the others. Which of its
    steps was over first does not matter: they are told by address.
    """
    steps = sorted(document["steps"], key=lambda s: (s["address"], s["step"]))
    return fitting((_page({**document, "steps": steps}, detail) for detail in _DETAILS), limit)


def _page(document: Document, detail: _Detail) -> Iterator[str]:
    yield marker(document["environment_uid"])
    word, _ = SENTENCES[document["status"]]
    what = operation(document)
    name = f"deployment {document['number']}" + (f" ({what})" if what != "apply" else "")
    yield f"### {word}: {name} of {code(document['application'])} in {code(document['environment'])}"
    yield f"**{_numbers(document)}.**"
    if document["status"] != "succeeded":
        yield _carry_on(document, detail)
    yield from _failures(document, detail)
    yield from _left(document, detail)
    yield from _done(document, detail)
    yield "---"
    yield _footer(document)
    if detail is not _WHOLE:
        yield f"The whole result is shown by {code(_shown_by(document))}."


def _numbers(document: Document) -> str:
    found = Counter(s["status"] for s in document["steps"])
    words = {
        "failed": "failed",
        "pending": "with an outcome that is not known",
        "intent": "unfinished",
        "skipped": "skipped",
        "not-attempted": "not attempted",
    }
    missed = [f"{found[status]:,} {said}" for status, said in words.items() if found[status]]
    parts = [", ".join(told) for told in (missed, done_words(document)) if told]
    return "; ".join(parts) or "Nothing done"


def _carry_on(document: Document, detail: _Detail) -> str:
    """That it is not complete, and what completes it; a command too long for the room is only told of."""
    unlisted = "what is not listed was not started."
    kind, said, where = {
        "running": ("NOTE", f"This has not come to its end; {unlisted}", "If its process is gone, carry"),
        "abandoned": ("CAUTION", f"Its process ended without a word; {unlisted}", "Carry"),
    }.get(document["status"], ("CAUTION", "This is not complete.", "Carry"))
    resume = document["resume"]
    if resume is None:
        return f"> [!{kind}]\n> {said}"
    brief = detail.failures is not None and len(resume) > _LONG_COMMAND
    told = f"the command that {code(_shown_by(document))} names" if brief else code(resume)
    return f"> [!{kind}]\n> {said} {where} on with {told}."


def _failures(document: Document, detail: _Detail) -> Iterator[str]:
    """What failed, then what may have, each with what it says."""
    running = document["status"] == "running"
    titles = {
        "Failed": ("failed",),
        "At work": ("intent",) if running else (),
        "Outcome not known": ("pending",) if running else ("pending", "intent"),
    }
    room, hidden = detail.failures, 0
    for title, statuses in titles.items():
        steps = [s for s in document["steps"] if s["status"] in statuses]
        shown = steps if room is None else steps[:room]
        room = None if room is None else room - len(shown)
        hidden += len(steps) - len(shown)
        if shown:
            lines = list(step_lines([_brief(s, detail) for s in shown]))
            yield part(title, lines, language="text", folds=False)
    if hidden:
        are = "step that failed or may have is" if hidden == 1 else "steps that failed or may have are"
        yield f"> [!CAUTION]\n> **{hidden:,} {are} not listed here.**"


def _brief(step: Document, detail: _Detail) -> Document:
    """The step with no more words than there is room for."""
    if detail.words is None:
        return step
    return {**step, **{key: shorten(step[key], detail.words) for key in ("message", "hint") if step[key]}}


def _left(document: Document, detail: _Detail) -> Iterator[str]:
    """What was never started: because of what, or by which action."""
    if detail.failures is not None:
        return
    causes: dict[str, list[Document]] = {}
    actions: dict[str, list[Document]] = {}
    for step in document["steps"]:
        if step["status"] == "skipped":
            causes.setdefault(f"because of {step['because']}", []).append(step)
        elif step["status"] == "not-attempted":
            actions.setdefault(step["step"], []).append(step)
    for title, groups in (("Skipped", causes), ("Not attempted", actions)):
        lines = list(_grouped(groups, whole=detail.left))
        if lines:
            yield part(title, lines if detail.left else _cut(lines), language="text", folds=True)


def _done(document: Document, detail: _Detail) -> Iterator[str]:
    """What was handed over with words about it, then what is done, by action."""
    if detail.failures is not None:
        return
    kept = list(step_lines([_brief(s, detail) for s in document["steps"] if handed_over(s)]))
    if kept:
        yield part("Retained", kept if detail.left else _cut(kept), language="text", folds=True)
    place = {kind: index for index, kind in enumerate(DONE)}
    done = [s for s in document["steps"] if s["status"] in ("done", "unchanged")]
    done.sort(key=lambda s: (s["status"] == "unchanged", place.get(s["step"], len(place))))
    groups: dict[str, list[Document]] = {}
    for step in done:
        groups.setdefault(ended(step["step"], step["status"]), []).append(step)
    lines = list(_grouped(groups, whole=detail.done))
    if lines:
        yield part("Done", lines, language="text", folds=True)


def _grouped(groups: Mapping[str, Steps], *, whole: bool) -> Iterator[Line]:
    """What each group has in common and how many there are of each type; where ``whole``, also each of them."""
    for head, steps in groups.items():
        yield f"  {head}: {_tally(steps)}"
        if whole:
            yield from (f"    {s['address']}{_more(s)}" for s in steps)


def _more(step: Document) -> str:
    """What was to be done to what was skipped, who had done something already, and how long it took."""
    if step["status"] == "skipped":
        return f"  {step['step']}"
    if step["detail"].get("earlier"):
        return "  by an earlier deployment"
    took = step["seconds"] if step["status"] == "done" else 0
    return f"  in {seconds(took)}" if took >= _WORTH_A_TIME else ""


def _tally(steps: Steps) -> str:
    """How many there are of each type, in words."""
    types = Counter(s["address"].partition("#")[0] for s in steps)
    told = [f"{number:,} {type_}" for type_, number in list(types.items())[:_MOST_TYPES]]
    others = sum(types.values()) - sum(list(types.values())[:_MOST_TYPES])
    return ", ".join(told + ([f"{others:,} of other types"] if others else []))


def _cut(lines: Sequence[Line]) -> list[Line]:
    more = len(lines) - _MOST_LINES
    return list(lines) if more <= 0 else [*lines[:_MOST_LINES], f"  … {count(more, 'more line')}"]


def _footer(document: Document) -> str:
    took = f" in {seconds(document['seconds'])}" if document["seconds"] is not None else ""
    facts = [f"Plan {code(document['plan_digest'])}"]
    facts += [f"commit {code(document['commit'])}"] if document["commit"] else []
    facts += [f"{code(document['started'])} by {code(document['actor'])}{took}"]
    facts += [code(document["reason"])] if document["reason"] else []
    return " · ".join(facts)


def _shown_by(document: Document) -> str:
    return command("show", str(document["number"]), environment=document["environment"])
