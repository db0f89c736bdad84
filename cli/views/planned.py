"""What of a plan a person reads, in which order: sections of lines, which every format shows in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from .change import STYLES, WIDEST, ChangeLines, faint, reason_text, reasons, spot, told_by_properties
from .since import since
from .story import ALIKE, Cause, Group, causes, grouped
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

DANGEROUS = "Careful: this loses something"
CHANGES = "Changes"
OUTSIDE = "Changed outside Bakehouse, and to be undone"
MOST_RESTARTS = 10
"""Workloads that are named at most."""


class Section(Struct, frozen=True):
    """A part of a plan that is read by itself."""

    title: str
    lines: tuple[Line, ...]

    @property
    def safe(self) -> bool:
        """Whether nothing is lost by what stands in it."""
        return self.title != DANGEROUS

    @property
    def tells_changes(self) -> bool:
        """Whether changes stand in it, and not what else is to be known."""
        return self.title in (DANGEROUS, CHANGES, OUTSIDE)


def sections(document: Document, *, verbose: bool, alike: int = ALIKE) -> Iterator[Section]:
    """What is dangerous first and whole, then the story, then what stays as it is; those in which something stands.

    More than ``alike`` similar changes are told as one; where ``verbose``, every one, with all of its properties.
    """
    told = [c for c in document["changes"] if not c["record_only"]]
    writer = ChangeLines(max((width(c["address"]) for c in told), default=0), verbose=verbose)
    found = causes(told)
    dangerous = [c for c in found if c.change["dangerous"]]
    outside, others = _apart(c for c in found if not c.change["dangerous"])
    story: list[Cause | Group] = list(others) if verbose else grouped(others, alike)
    parts = (
        (DANGEROUS, _told(dangerous, writer)),
        ("Since the plan that was read before", since(document)),
        (CHANGES, _told(story, writer)),
        (OUTSIDE, _told(outside, writer)),
        ("Moved, and not touched", _moved(document["changes"])),
        ("Kept, though the application dropped it", _kept(document["changes"])),
        ("Images that the files leave open", _images(document)),
        ("Remarks", remarks(document["remarks"])),
    )
    for title, lines in parts:
        section = Section(title, tuple(lines))
        if section.lines:
            yield section


def _apart(found: Iterable[Cause]) -> tuple[list[Cause], list[Cause]]:
    """What only answers to drift, and what is meant by somebody here."""
    drifted: list[Cause] = []
    meant: list[Cause] = []
    for cause in found:
        only_drift = all(r["code"] == "drift" for r in cause.change["reasons"]) and cause.change["reasons"]
        (drifted if only_drift else meant).append(cause)
    return drifted, meant


def summary(document: Document) -> Iterator[Line]:
    """How much of what is done, to what, and what that restarts."""
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
    yield (Span(f"{where}: ", "bold"), *counts(document["summary"]), ".")
    yield from _overridden(document)
    restarted = restarts(document)
    if restarted:
        more = f" and {len(restarted) - MOST_RESTARTS:,} more" if len(restarted) > MOST_RESTARTS else ""
        yield f"Restarts: {', '.join(restarted[:MOST_RESTARTS])}{more}."


def _nothing_destroyed(document: Document, where: str) -> Line:
    if document["changes"]:
        return (
            Span("Nothing is destroyed: ", "bold yellow"),
            f"all that is recorded of {where} is protected.",
        )
    return (Span("Nothing to destroy: ", "bold green"), f"nothing is recorded of {where}.")


def _overridden(document: Document) -> Iterator[Line]:
    return (f"{said} {', '.join(words)}." for said, words in overridden(document))


def overridden(document: Document) -> Iterator[tuple[str, list[str]]]:
    """That this is not what the files alone, or the whole of them, would give: the beginning of a sentence, and why."""
    limits = document["limits"]
    if limits["targets"] or limits["excludes"]:
        words = [f"--target {a}" for a in limits["targets"]] + [f"--exclude {a}" for a in limits["excludes"]]
        yield "Only a part was planned:", words
    if document["overrides"]:
        yield "Not from the files alone; overridden by", list(document["overrides"])


def restarts(document: Document) -> list[str]:
    """The workloads that are restarted."""
    found = (c for c in document["changes"] if c["type"] == "workload" and not c["record_only"])
    return [c["id"] for c in found if c["action"] in ("update", "replace")]


def counts(summary: Document) -> Iterator[str | Span]:
    """How often each action occurs, in words."""
    found = [(a, summary[a]) for a in _WORDS if summary.get(a)]
    for index, (action, number) in enumerate(found):
        yield Span(f"{number:,} {_WORDS[action]}", STYLES[action])
        if index < len(found) - 1:
            yield ", "
    if summary.get("unchanged"):
        yield f"{'; ' if found else ''}{summary['unchanged']:,} unchanged"


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


def closing(document: Document) -> Iterator[Line]:
    """What was not told as a change, when all was looked at, and whether the plan can be applied."""
    for said in besides(document):
        yield ""
        yield faint(said)
    refused = cannot(document)
    if refused:
        yield ""
        yield (Span(refused, "bold red"),)


def cannot(document: Document) -> str:
    """The sentence that the plan cannot be applied; empty where it can."""
    refused = sum(1 for c in document["changes"] if c["refused"])
    return (
        f"This plan cannot be applied: {count(refused, 'change')} cannot be carried out." if refused else ""
    )


def besides(document: Document) -> Iterator[str]:
    """How much only the record is told, and when everything was looked at."""
    held = sum(1 for c in document["changes"] if c["held_already"])
    refreshed = document["summary"].get("record-only", 0) - held
    if refreshed > 0:
        yield f"{count(refreshed, 'record')} refreshed without touching anything."
    read = _last_read(document["origin"])
    if read is not None:
        yield read


def _last_read(origin: Document) -> str | None:
    """When everything was looked at last, where that is known."""
    if origin["refreshed"]:
        return "Everything was read for this plan."
    return (
        f"Last read in full at {origin['last_read']}; --refresh reads everything."
        if origin["last_read"]
        else None
    )
