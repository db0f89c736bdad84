"""The plan as Markdown that fits into a comment on a pull request, with less detail the more there is to tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...plans.plan import Plan
from ...plans.report import report
from .change import STYLES, ChangeLines
from .comment import LIMIT, code, fitting, marker, part
from .planned import (
    CHANGES,
    DANGEROUS,
    MOST_RESTARTS,
    Section,
    besides,
    cannot,
    counts,
    overridden,
    restarts,
    sections,
)
from .screen import Screen
from .text import Line, Span, count, width

Document = Mapping[str, Any]

_LEVELS = range(5)
_MOST_LINES = 20
_MOST_KINDS = 200


class PlanMarkdown:
    """A plan for a pull request, on standard output; ``saved`` is the file that it was saved to."""

    def __init__(
        self, screen: Screen, saved: str | None = None, share: int = 1, since: Plan | None = None
    ) -> None:
        self._screen = screen
        self._since = since
        self._saved = saved
        self._limit = LIMIT // share

    def show(self, plan: Plan) -> None:
        """Write the comment."""
        self._screen.text(markdown(report(plan, self._since), limit=self._limit, saved=self._saved))


def markdown(document: Document, *, limit: int = LIMIT, saved: str | None = None) -> str:
    """The comment, of at most ``limit`` characters.

    Where all of it does not fit, first the changes that lose nothing are told more briefly, alike ones together and
    then as numbers; then those that lose something in one line each; and at last only by type. A comment that does
    not list all of those says that it cannot be approved.
    """
    return fitting((_page(document, level, saved) for level in _LEVELS), limit)


def _page(document: Document, level: int, saved: str | None) -> Iterator[str]:
    environment = document["environment"]
    yield marker(environment["uid"])
    yield f"### Plan: {code(document['application'])} in {code(environment['name'])}"
    yield from _headline(document)
    if cannot(document):
        yield f"> [!CAUTION]\n> {cannot(document)}"
    for section in _sections(document, level):
        yield part(section.title, section.lines, language="diff", folds=section.safe)
    if level == _LEVELS[-1]:
        yield from _not_approvable(document)
    yield "---"
    yield _footer(document)
    if saved is not None:
        yield f"Apply exactly this with {code(f'bakehouse apply {saved}')}."
    elif level:
        destroys = " --destroy" if document["destroy"] else ""
        whole = code(f"bakehouse plan -e {environment['name']}{destroys}")
        yield f"The whole plan is shown by {whole}."


def _headline(document: Document) -> Iterator[str]:
    if document["empty"] and not document["summary"].get("moved"):
        yield "**Nothing to do.**" if not document["destroy"] else "**Nothing is destroyed.**"
    else:
        words = (piece.text if isinstance(piece, Span) else piece for piece in counts(document["summary"]))
        yield f"**{''.join(words)}.**"
    names = restarts(document)
    if names:
        more = f" and {len(names) - MOST_RESTARTS:,} more" if len(names) > MOST_RESTARTS else ""
        yield f"Restarts: {', '.join(map(code, names[:MOST_RESTARTS]))}{more}."
    for said, why in overridden(document):
        more = ", …" if len(why) > _MOST_LINES else ""
        yield f"{said} {', '.join(map(code, why[:_MOST_LINES]))}{more}."


def _sections(document: Document, level: int) -> Iterator[Section]:
    """The sections in as much detail as the level has room for."""
    found = list(sections(document, verbose=level == 0, alike=1))
    if level < 2:
        yield from found
        return
    dangerous = [c for c in document["changes"] if c["dangerous"] and not c["record_only"]]
    safe = [c for c in document["changes"] if not c["dangerous"] and not c["record_only"]]
    if level == 2:
        yield from (s for s in found if s.title == DANGEROUS)
    elif dangerous:
        lines = _one_by_one(dangerous) if level == 3 else _by_kind(dangerous, first=True)
        yield Section(DANGEROUS, tuple(lines))
    if safe:
        yield Section(CHANGES, tuple(_by_kind(safe)))
    yield from (Section(s.title, tuple(_cut(s.lines))) for s in found if not s.tells_changes)


def _cut(lines: Sequence[Line]) -> Iterator[Line]:
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"  … {count(len(lines) - _MOST_LINES, 'more line')}"


def _one_by_one(changes: Sequence[Document]) -> Iterator[Line]:
    writer = ChangeLines(max(width(c["address"]) for c in changes))
    for change in changes:
        yield writer.head({**change, "reasons": []}, change["verb"])


def _by_kind(changes: Iterable[Document], *, first: bool = False) -> Iterator[Line]:
    """How many of each type have each action, with the first of them."""
    kinds: dict[tuple[str, str], list[Document]] = {}
    for change in changes:
        kinds.setdefault((change["verb"], change["type"]), []).append(change)
    for (verb, type_), members in list(kinds.items())[:_MOST_KINDS]:
        change = members[0]
        named = f", {change['address']}{' and others' if len(members) > 1 else ''}" if first else ""
        style = STYLES[change["action"]]
        yield ("  ", Span(change["symbol"], style), f" {verb} {len(members):,} {type_}{named}")
    if len(kinds) > _MOST_KINDS:
        yield f"  … {count(len(kinds) - _MOST_KINDS, 'more kind')}"


def _not_approvable(document: Document) -> Iterator[str]:
    dangerous = [c for c in document["changes"] if c["dangerous"] and not c["record_only"]]
    listed = min(_MOST_KINDS, len({(c["verb"], c["type"]) for c in dangerous}))
    hidden = len(dangerous) - listed
    if hidden:
        what = "1 dangerous change is" if hidden == 1 else f"{hidden:,} dangerous changes are"
        yield f"> [!CAUTION]\n> {what} not listed here: this comment is **not approvable**."


def _footer(document: Document) -> str:
    origin = document["origin"]
    facts = [f"Digest {code(document['digest'])}"]
    facts += [f"commit {code(origin['commit'])}"] if origin["commit"] else []
    facts += [f"planned {code(origin['created'])} by {code(origin['actor'])}"]
    return " · ".join((*facts, *besides(document)))
