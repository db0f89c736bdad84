"""The plan, shown: text that a person reads first, and the published document as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...plans.plan import Plan
from ...plans.report import report, told
from .change import STYLES, WIDEST, ChangeLines, faint, reason_text, reasons, spot, told_by_properties
from .screen import Screen
from .story import Cause, Group, causes, grouped
from .text import Line, Span, count, pad, width
from .validation import remarks
from .values import before_after

Document = Mapping[str, Any]

_WORDS = {
    "create": "to create",
    "adopt": "to adopt",
    "update": "to update",
    "replace": "to replace",
    "delete": "to delete",
    "clean-up": "to clean up",
    "hold": "to hold",
    "retain": "to forget",
    "read": "to read",
    "moved": "to move",
    "pause": "to pause",
    "resume": "to resume",
}


class PlanText:
    """A plan for people, on standard output."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, plan: Plan) -> None:
        """Write the plan."""
        self._screen.data(self.lines(told(plan)))

    def lines(self, document: Document) -> Iterator[Line]:
        """What is dangerous first and whole, then the story, then what stays as it is."""
        told = [c for c in document["changes"] if not c["record_only"]]
        column = max((width(c["address"]) for c in told), default=0)
        writer = ChangeLines(column, verbose=self._screen.verbose)
        yield from _summary(document)
        found = causes(told)
        dangerous = [c for c in found if c.change["dangerous"]]
        yield from _section("Careful: this loses something", _told(dangerous, writer))
        harmless = [c for c in found if not c.change["dangerous"]]
        outside, others = _apart(harmless)
        story: list[Cause | Group] = list(others) if self._screen.verbose else grouped(others)
        yield from _section("Changes", _told(story, writer))
        yield from _section("Changed outside Bakehouse, and to be undone", _told(outside, writer))
        yield from _section("Moved, and not touched", _moved(document["changes"]))
        yield from _section("Kept, though the application dropped it", _kept(document["changes"]))
        yield from _section("Images that the files leave open", _images(document))
        yield from _section("Remarks", remarks(document["remarks"]))
        yield from _closing(document)


class PlanJson:
    """The published plan document itself, on standard output."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def show(self, plan: Plan) -> None:
        """Write the document."""
        self._screen.document(report(plan))


FORMATS = ("text", "json")
LATER = ("markdown", "html")


def plan_view(screen: Screen, format_: str | None = None) -> PlanText | PlanJson:
    """The view of a format; that of the screen where none is named. Raises InvalidInput for another format."""
    chosen = format_ or ("json" if screen.json else "text")
    if chosen not in FORMATS:
        what = "is not built yet" if chosen in LATER else "is unknown"
        message = f"the format '{chosen[:50]}' {what}"
        raise InvalidInput(Diagnostic("unknown-format", message, hint=f"formats: {', '.join(FORMATS)}"))
    return PlanJson(screen) if chosen == "json" else PlanText(screen)


def plans_view(
    screen: Screen, format_: str | None = None, *, several: bool = False
) -> Callable[[Sequence[Plan]], None]:
    """Shows plans in a format: below each other, as JSON one document, which holds them where there are ``several``."""
    view = plan_view(screen, format_)

    def show(plans: Sequence[Plan]) -> None:
        if several and isinstance(view, PlanJson):
            screen.document({"format": 1, "kind": "plans", "plans": [report(plan) for plan in plans]})
            return
        for index, plan in enumerate(plans):
            if index:
                screen.data([""])
            view.show(plan)

    return show


def _apart(found: Iterable[Cause]) -> tuple[list[Cause], list[Cause]]:
    """What only answers to drift, and what is meant by somebody here."""
    drifted: list[Cause] = []
    meant: list[Cause] = []
    for cause in found:
        only_drift = all(r["code"] == "drift" for r in cause.change["reasons"]) and cause.change["reasons"]
        (drifted if only_drift else meant).append(cause)
    return drifted, meant


def _summary(document: Document) -> Iterator[Line]:
    environment = document["environment"]
    where = f"{document['application']} in {environment['name']}"
    if document["destroy"] and document["empty"]:
        yield _nothing_destroyed(document, where)
        return
    unchanged = document["summary"].get("unchanged", 0)
    if document["empty"] and not document["summary"].get("moved"):
        still = f" ({count(unchanged, 'resource')} as recorded)" if unchanged else ""
        yield (Span("Nothing to do: ", "bold green"), f"{where} is as it should be{still}.")
        yield from _overridden(document)
        return
    yield (Span(f"{where}: ", "bold"), *_counts(document["summary"]), ".")
    yield from _overridden(document)
    restarted = [c["id"] for c in document["changes"] if _restarts(c)]
    if restarted:
        names = ", ".join(restarted[:10]) + (
            f" and {len(restarted) - 10} more" if len(restarted) > 10 else ""
        )
        yield f"Restarts: {names}."


def _nothing_destroyed(document: Document, where: str) -> Line:
    if document["changes"]:
        return (
            Span("Nothing is destroyed: ", "bold yellow"),
            f"all that is recorded of {where} is protected.",
        )
    return (Span("Nothing to destroy: ", "bold green"), f"nothing is recorded of {where}.")


def _overridden(document: Document) -> Iterator[Line]:
    """That this is not what the files alone, or the whole of them, would give."""
    limits = document["limits"]
    if limits["targets"] or limits["excludes"]:
        words = [f"--target {a}" for a in limits["targets"]] + [f"--exclude {a}" for a in limits["excludes"]]
        yield f"Only a part was planned: {', '.join(words)}."
    if document["overrides"]:
        yield f"Not from the files alone; overridden by {', '.join(document['overrides'])}."


def _restarts(change: Document) -> bool:
    return (
        change["type"] == "workload"
        and change["action"] in ("update", "replace")
        and not change["record_only"]
    )


def _counts(summary: Document) -> Iterator[str | Span]:
    found = [(a, summary[a]) for a in _WORDS if summary.get(a)]
    for index, (action, number) in enumerate(found):
        yield Span(f"{number:,} {_WORDS[action]}", STYLES[action])
        if index < len(found) - 1:
            yield ", "
    if summary.get("unchanged"):
        yield f"{'; ' if found else ''}{summary['unchanged']:,} unchanged"


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    for index, line in enumerate(lines):
        if index == 0:
            yield ""
            yield (Span(title, "bold"),)
        yield line


def _told(found: Iterable[Cause | Group], writer: ChangeLines) -> Iterator[Line]:
    for item in found:
        if isinstance(item, Group):
            yield from _group(item, writer)
            continue
        yield from writer.block(item.change)
        for consequence in item.consequences:
            paths = ", ".join(d["path"] for d in consequence["diffs"][:3])
            yield (
                "      └ ",
                Span(f"{consequence['symbol']} {consequence['address']}", STYLES[consequence["action"]]),
                Span(f"  {consequence['verb']} if {paths or 'it'} turns out different", "dim"),
            )


def _group(group: Group, writer: ChangeLines) -> Iterator[Line]:
    first, last = group.members[0], group.members[-1]
    label = f"{first['address']} … {last['id']}"
    yield writer.head({**first, "reasons": []}, f"{first['verb']} {len(group.members):,} alike", label)
    yield from _common_reasons(group)
    for index, diff in enumerate(first["diffs"]):
        same = all(_sides(c["diffs"][index]) == _sides(diff) for c in group.members)
        value = before_after(diff) if same else f"each its own, first {before_after(diff, 50)}"
        yield f"      {diff['path']}  {value}"
    yield from writer.nested(first)


def _sides(diff: Document) -> tuple[Any, Any]:
    return diff["before"], diff["after"]


def _common_reasons(group: Group) -> Iterator[Line]:
    first = group.members[0]
    places = dict.fromkeys(
        spot(r["place"]) for c in group.members for r in c["reasons"] if r["place"] is not None
    )
    told = told_by_properties(first["reasons"], first["diffs"])
    yield from reasons(({**r, "place": None} for r in first["reasons"]), told=told)
    if places:
        others = f" and {count(len(places) - 1, 'other place')}" if len(places) > 1 else ""
        yield faint(f"      because of {next(iter(places))}{others} (-v lists every change)")


def _kept(changes: Iterable[Document]) -> Iterator[Line]:
    for change in changes:
        if change["held_already"]:
            yield (
                "  ",
                Span("!", STYLES["hold"]),
                f" {change['address']}  protected; --allow-destroy deletes it",
            )


def _moved(changes: Iterable[Document]) -> Iterator[Line]:
    """What only has another address from now on, with the line that says so."""
    found = [c for c in changes if c["only_moves"]]
    column = min(max((width(c["address"]) for c in found), default=0), WIDEST)
    for change in found:
        yield (
            "  ",
            Span("→", STYLES["moved"]),
            " ",
            Span(pad(change["address"], column), "bold"),
            "  ",
            Span("; ".join(reason_text(r) for r in change["reasons"]), "dim"),
        )


_SOURCES = {
    "environment": "pinned for the environment",
    "recorded": "as last deployed",
    "--image": "from --image",
}


def _images(document: Document) -> Iterator[Line]:
    """The images that are no part of the files, of the workloads that the plan touches, with their source."""
    touched = {c["id"] for c in document["changes"] if c["type"] == "workload" and not c["record_only"]}
    found = {k: v for k, v in sorted(document["images"].items()) if k.split("/")[0] in touched}
    chosen = {k: v for k, v in found.items() if v["source"] != "file"}
    column = max(map(width, chosen), default=0)
    for container, image in chosen.items():
        source = _SOURCES.get(image["source"]) or str(image["source"])
        yield ("  ", pad(container, column), f"  {image['image']}  ", Span(source, "dim"))


def _closing(document: Document) -> Iterator[Line]:
    refreshed = document["summary"].get("record-only", 0) - sum(
        1 for c in document["changes"] if c["held_already"]
    )
    if refreshed > 0:
        yield ""
        yield faint(f"{count(refreshed, 'record')} refreshed without touching anything.")
    read = _last_read(document["origin"])
    if read is not None:
        yield ""
        yield faint(read)
    refused = [c for c in document["changes"] if c["refused"]]
    if refused:
        yield ""
        what = count(len(refused), "change")
        yield (Span(f"This plan cannot be applied: {what} cannot be carried out.", "bold red"),)


def _last_read(origin: Document) -> str | None:
    """When everything was looked at last, where that is known."""
    if origin["refreshed"]:
        return "Everything was read for this plan."
    return (
        f"Last read in full at {origin['last_read']}; --refresh reads everything."
        if origin["last_read"]
        else None
    )
