"""One planned change for people: symbol, address, verb, then why and which properties."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ...graph.narrow import is_map
from .text import Line, Span, count, pad, shorten, width
from .values import WHOLE, before_after, show, sides

STYLES: Mapping[str, str] = {
    "create": "green",
    "adopt": "cyan",
    "read": "cyan",
    "update": "yellow",
    "replace": "bold red",
    "hold": "bold yellow",
    "retain": "bold yellow",
    "delete": "bold red",
    "clean-up": "red",
    "pause": "yellow",
    "resume": "green",
    "no-op": "dim",
    "moved": "cyan",
}

_MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
_HOLLOW: tuple[object, ...] = (None, {}, [])
_SHOWN_PROPERTIES = 8
_SHOWN_LINES = 12
WIDEST = 44
"""Columns for an address or the path of a property at most."""

Document = Mapping[str, Any]


class ChangeLines:
    """Writes changes below each other, their addresses aligned to ``column``."""

    def __init__(self, column: int, *, verbose: bool = False) -> None:
        self._column = min(column, WIDEST)
        self._verbose = verbose

    def block(self, change: Document) -> Iterator[Line]:
        """The change's head and everything below it."""
        yield self.head(change, _verb(change))
        diffs = change["diffs"] if self._shows_properties(change) else ()
        places = told_by_properties(change["reasons"], diffs)
        yield from reasons(change["reasons"][1 if _said_in_head(change) else 0 :], told=places)
        yield from _profiles(change["profiles"])
        yield from _cautions(change)
        yield from self.properties({**d, "place": places.get(d["path"])} for d in diffs)
        yield from self.nested(change)

    def nested(self, change: Document) -> Iterator[Line]:
        """What happens below the resource: ``action``, ``object``, ``changes`` and ``diff``, or a driver's own data."""
        found = list(change["nested"])
        shown = found if self._verbose else found[:_SHOWN_PROPERTIES]
        for item in shown:
            if "object" not in item or "action" not in item:
                yield ("      ", show(item, self._limit(110)))
                continue
            yield ("      ", f"{item['action']} {item['object']}")
            for inner in item.get("changes", ()):
                if not self._verbose and _is_empty_from_nothing(inner):
                    continue
                before, after = inner.get("before"), inner.get("after")
                mark = Span("+", "green") if before is None else Span("~", "yellow")
                limit = self._limit(60)
                told = show(after, limit) if before is None else " -> ".join(sides(before, after, limit))
                yield ("        ", mark, f" {inner.get('path')}  {told}")
            yield from self._unified(str(item.get("diff", "")).splitlines())
        if len(shown) < len(found):
            yield faint(f"      … {count(len(found) - len(shown), 'more object')} below it (-v shows all)")

    def _unified(self, lines: list[str]) -> Iterator[Line]:
        """The lines of a unified diff."""
        shown = lines if self._verbose else lines[:_SHOWN_LINES]
        for line in shown:
            style = {"+": "green", "-": "red", "@": "dim"}.get(line[:1], "")
            yield ("        ", Span(shorten(line, self._limit(110)), style))
        if len(shown) < len(lines):
            yield faint(f"        … {count(len(lines) - len(shown), 'more line')} (-v shows all)")

    def head(self, change: Document, words: str, label: str | None = None) -> Line:
        """Symbol, address (or another label) and what happens."""
        style = STYLES[change["action"]]
        name = label or change["address"]
        first = change["reasons"][0] if change["reasons"] else None
        why = f"   {reason_text(first)}" if first is not None and _said_in_head(change) else ""
        return (
            "  ",
            Span(change["symbol"], style),
            " ",
            Span(pad(name, self._column), "bold"),
            "  ",
            Span(words, style),
            Span(why, "dim"),
        )

    def _shows_properties(self, change: Document) -> bool:
        """A delete shows what it removes only when asked: that it goes is what matters."""
        return self._verbose or change["action"] not in ("delete", "hold", "retain")

    def properties(self, diffs: Iterable[Document]) -> Iterator[Line]:
        """The properties, aligned; a long list of merely added ones is cut with its number."""
        found = [leaf for diff in diffs for leaf in _leaves(diff)]
        shown = found if self._verbose else _most_telling(found)
        column = min(max((width(d["path"]) for d in shown), default=0), WIDEST)
        for diff in shown:
            yield from self._property(diff, column)
        if len(shown) < len(found):
            yield faint(f"      … {count(len(found) - len(shown), 'more property')} (-v shows all)")

    def _property(self, diff: Document, column: int) -> Iterator[Line]:
        mark, style = _MARKS[diff["kind"]]
        text = _text_change(diff)
        value = "(text)" if text else before_after(diff, self._limit(60))
        forced = Span("   forces replacement", "bold red") if diff["forces_replacement"] else ""
        place = Span(f"   ({spot(diff['place'])})", "dim") if diff["place"] else ""
        yield ("      ", Span(mark, style), f" {pad(diff['path'], column)}  {value}", forced, place)
        shown = text if self._verbose else text[:_SHOWN_LINES]
        for line in shown:
            style = _MARKS["added" if line[0] == "+" else "removed"][1]
            yield ("          ", Span(shorten(line, self._limit(100)), style))
        if len(shown) < len(text):
            yield faint(f"          … {count(len(text) - len(shown), 'more line')} (-v shows all)")

    def _limit(self, columns: int) -> int:
        """Characters that a value or a line may have; where everything is asked for, any number."""
        return WHOLE if self._verbose else columns


def faint(text: str) -> Line:
    """A whole line that steps back."""
    return (Span(text, "dim"),)


def reasons(found: Iterable[Document], *, told: Collection[str] = ()) -> Iterator[Line]:
    """Every reason with the line of the file that caused it, but those that the properties ``told`` say themselves."""
    words = {f"input {path} changed" for path in told}
    for reason in dict.fromkeys(reason_text(r) for r in found if r["text"] not in words):
        yield faint(f"      {reason}")


def told_by_properties(found: Iterable[Document], diffs: Iterable[Document]) -> Mapping[str, Document | None]:
    """The properties whose change is a reason of its own, with the line that caused it."""
    by_text = {r["text"]: r["place"] for r in found}
    paths = (d["path"] for d in diffs)
    return {p: by_text[f"input {p} changed"] for p in paths if f"input {p} changed" in by_text}


def reason_text(reason: Document) -> str:
    """A reason with the line of the file that caused it."""
    place = reason["place"]
    return reason["text"] if place is None else f"{reason['text']} ({spot(place)})"


def spot(place: Document) -> str:
    """``FILE:LINE`` of a place."""
    return f"{place['file']}:{place['line']}" if place["line"] else str(place["file"])


def _said_in_head(change: Document) -> bool:
    """Whether the one reason is short and plain enough to stand in the first line."""
    return len(change["reasons"]) == 1 and change["action"] in ("create", "adopt", "read", "delete", "retain")


def _verb(change: Document) -> str:
    if change["action"] == "replace":
        order = "new one made first" if change["create_first"] else "old one deleted first"
        return f"replace ({order})"
    if change["action"] == "delete" and change["data_bearing"]:
        return "delete, with its data"
    return str(change["verb"])


def _profiles(found: Iterable[Document]) -> Iterator[Line]:
    """What a workload got besides its file, in the order in which it is laid upon each other."""
    told = [_profile(profile) for profile in found]
    if told:
        yield faint(f"      with {count(len(told), 'profile')}: {', '.join(told)}")


def _profile(profile: Document) -> str:
    if not profile["patches"]:
        return str(profile["name"])
    skipped = f" for {profile['target']}, skipped" if profile["skipped"] else ""
    return f"{profile['name']} ({count(profile['patches'], 'patch')}{skipped})"


def _cautions(change: Document) -> Iterator[Line]:
    if change["refused"]:
        yield ("      ", Span(f"cannot be applied: {change['refused']}", "bold red"))
    if change["action"] == "hold":
        hint = f"protected: nothing is touched; --allow-destroy {change['address']} deletes it"
        yield ("      ", Span(hint, "yellow"))
    if change["conditional"]:
        paths = ", ".join(change["conditional"][:5]) + (", …" if len(change["conditional"]) > 5 else "")
        what = "replaced" if change["action"] == "replace" else "changed"
        yield ("      ", Span(f"{what} only if {paths} turns out different", "cyan"))
    for note in change["notes"]:
        yield ("      ", Span(f"note: {note}", "cyan"))


def _leaves(diff: Document) -> Iterator[Document]:
    """A map that is added or removed whole, as one diff for each of its parts; parts that hold nothing are left out."""
    side = {"added": "after", "removed": "before"}.get(diff["kind"])
    if side is not None and not diff["forces_replacement"] and diff[side] in _HOLLOW:
        return
    if side is None or not is_map(diff[side]) or diff["forces_replacement"]:
        yield diff
        return
    for key, value in diff[side].items():
        yield from _leaves({**diff, "path": f"{diff['path']}.{key}", side: value, "versions": None})


def _most_telling(diffs: list[Document]) -> list[Document]:
    """Everything that changes what exists; of merely added properties the first few."""
    changed = [d for d in diffs if d["kind"] != "added" or d["forces_replacement"]]
    added = [d for d in diffs if d["kind"] == "added" and not d["forces_replacement"]]
    room = max(0, _SHOWN_PROPERTIES - len(changed))
    kept = {id(d) for d in (*changed, *(added if len(added) <= room + 1 else added[:room]))}
    return [d for d in diffs if id(d) in kept]


def _text_change(diff: Document) -> list[str]:
    """The changed lines of a text of several lines."""
    before, after = diff["before"], diff["after"]
    if diff["kind"] != "changed" or not (isinstance(before, str) and isinstance(after, str)):
        return []
    if "\n" not in before or "\n" not in after:
        return []
    changed = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in islice(changed, 2, None) if line[:1] in "+-"]


def _is_empty_from_nothing(inner: Document) -> bool:
    """Whether it is a list or a map without anything, of something new: of large objects there are dozens."""
    return inner.get("before") is None and inner.get("after") in ([], {})
