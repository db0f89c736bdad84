"""Placeholders of a Score file: where they are expanded, and what they may refer to inside the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic, Place, Severity, did_you_mean, nearest
from ..data import as_map, leaves
from ..placeholders import BadPlaceholder, Placeholder, tokens
from ..positions import Path, pointer
from ..report import MOST, Report, dotted
from .contents import as_text

ROOTS = ("metadata", "resources")

_NEVER_CLOSED = re.compile(r"(?<!\$)(?:\$\$)*(\$\{(?:metadata|resources)\.[^\s\"']*)")

_MOST_PER_TEXT = 20
"""After so many problems in one text the rest of it is left unread: it was hardly written for Score."""

_LITERAL_HINT = "for literal text write $${ or, in a file, set noExpand: true"

_SPACE_HINT = f"take the white space out; {_LITERAL_HINT}"

_FORMER = {
    "externals": "declare it under resources and write ${resources.NAME.OUTPUT}",
    "shared": "declare it under resources, with an id, and write ${resources.NAME.OUTPUT}",
}
"""What other orchestrators call what Score calls resources."""


class Expanded(Struct, frozen=True):
    """Text in which placeholders are expanded. ``file`` names where it was read from, if not the Score file."""

    path: Path
    text: str
    file: str | None = None

    @property
    def is_volume_source(self) -> bool:
        """Whether a resource may be named here without one of its outputs."""
        return len(self.path) == 5 and self.path[2] == "volumes"


def check_references(report: Report, sources: Mapping[Path, tuple[str, bytes]]) -> None:
    """Tell the placeholders that cannot be read or that refer to nothing in this file.

    ``sources`` gives, for file entries, the name and the content of what was read for them. Which outputs a
    resource has is not known here.
    """
    references = _References(report)
    texts = (found for found in _expanded(report, sources) if "$" in found.text)
    problems = (problem for text in texts for problem in islice(references.problems(text), _MOST_PER_TEXT))
    # One more than are shown, so that it is said that there are more; each costs a search for the nearest name.
    report.findings.extend(islice(problems, MOST + 1))


def mentions(
    report: Report, sources: Mapping[Path, tuple[str, bytes]], resource: str
) -> Iterator[tuple[str, Place]]:
    """Every placeholder that refers to a resource of the file, as it is written, with its place."""
    for expanded in _expanded(report, sources):
        for part in tokens(expanded.text) if "$" in expanded.text else ():
            if isinstance(part, Placeholder) and part.path[:2] == ("resources", resource):
                yield part.raw, _place(report, expanded, part.offset)


def _expanded(report: Report, sources: Mapping[Path, tuple[str, bytes]]) -> Iterator[Expanded]:
    for name in report.map("containers"):
        base: Path = ("containers", name)
        yield from _strings(report.map(*base, "variables"), (*base, "variables"))
        for target, entry in report.map(*base, "files").items():
            if as_map(entry).get("noExpand") is not True:
                yield from _content(as_map(entry), (*base, "files", target), sources)
        for target in report.map(*base, "volumes"):
            path = (*base, "volumes", target, "source")
            yield from _strings(report.text(*path), path)
    for name in report.map("resources"):
        path = ("resources", name, "params")
        yield from _strings(report.map(*path), path)


def _content(
    entry: Mapping[str, Any], path: Path, sources: Mapping[Path, tuple[str, bytes]]
) -> Iterator[Expanded]:
    yield from _strings(entry.get("content"), (*path, "content"))
    if path in sources:
        file, content = sources[path]
        text = as_text(content)
        if text is not None:
            yield Expanded((*path, "source"), text, file)


def _strings(value: Any, path: Path) -> Iterator[Expanded]:
    return (Expanded(where, text) for where, text in leaves(value, path) if isinstance(text, str))


class _References(Struct, frozen=True):
    report: Report

    def problems(self, expanded: Expanded) -> Iterator[Diagnostic]:
        """What is wrong with the placeholders of one text, from left to right."""
        for part in tokens(expanded.text):
            if isinstance(part, BadPlaceholder):
                hint = _SPACE_HINT if "white space" in part.reason else _LITERAL_HINT
                yield self._told(expanded, part.offset, _Problem("bad-placeholder", part.reason, hint))
            elif isinstance(part, Placeholder):
                problem = self._problem(part, is_volume_source=expanded.is_volume_source)
                if problem is not None:
                    yield self._told(expanded, part.offset, problem)
        yield from self._never_closed(expanded)

    def _never_closed(self, expanded: Expanded) -> Iterator[Diagnostic]:
        """A remark about the first placeholder behind the last brace: such text is taken as it is, seldom on purpose."""
        found = _NEVER_CLOSED.search(expanded.text, expanded.text.rfind("}") + 1)
        if found is not None:
            message = f"'{found[1][:100]}' is not closed, and so it is taken as it is"
            problem = _Problem("placeholder-not-closed", message, f"add the }}; {_LITERAL_HINT}")
            yield replace(self._told(expanded, found.start(1), problem), severity=Severity.WARNING)

    def _problem(self, found: Placeholder, *, is_volume_source: bool) -> _Problem | None:
        root, rest = found.path[0], found.path[1:]
        if root not in ROOTS:
            message = f"'{found.raw[:100]}' starts with neither metadata nor resources"
            literal = f"for literal text write ${found.raw[:100]} or, in a file, set noExpand: true"
            hint = did_you_mean(root, ROOTS) if nearest(root, ROOTS) else _FORMER.get(root, literal)
            return _Problem("unknown-root", message, hint)
        if not rest:
            return _Problem("incomplete-reference", f"'{found.raw}' does not say which of the {root}")
        if root == "metadata":
            return self._metadata(found.raw[:100], rest)
        return self._resource(found.raw[:100], rest, is_volume_source=is_volume_source)

    def _metadata(self, raw: str, rest: tuple[str, ...]) -> _Problem | None:
        value: Any = self.report.map("metadata")
        for depth, step in enumerate(rest):
            known = as_map(value)
            if step not in known:
                owner = ".".join(("metadata", *rest[:depth]))
                message = f"'{raw}': {owner[:100]} has no '{step[:100]}'"
                return _Problem("unknown-metadata", message, did_you_mean(step, known, noun="keys"))
            value = known[step]
        return None

    def _resource(self, raw: str, rest: tuple[str, ...], *, is_volume_source: bool) -> _Problem | None:
        declared = self.report.map("resources")
        if rest[0] not in declared:
            message = f"'{raw}': this workload declares no resource '{rest[0][:100]}'"
            known = did_you_mean(rest[0], declared, noun="resources")
            return _Problem("unknown-resource", message, known if declared else "declare it under resources")
        if len(rest) == 1 and not is_volume_source:
            hint = (
                f"write ${{resources.{rest[0]}.OUTPUT}}; without an output only a volume's source may name it"
            )
            return _Problem("incomplete-reference", f"'{raw}' names no output of the resource", hint)
        return None

    def _told(self, expanded: Expanded, offset: int, problem: _Problem) -> Diagnostic:
        path = expanded.path
        place = _place(self.report, expanded, offset)
        if expanded.file is None:
            message, where = f"{dotted(path)}: {problem.message}", pointer(path)
        else:
            message, where = f"{problem.message} (read for {dotted(path[:-1])})", None
        return Diagnostic(problem.code, message, place=place, pointer=where, hint=problem.hint)


def _place(report: Report, expanded: Expanded, offset: int) -> Place:
    """Where a placeholder stands: at its value, or in the file that was read for it at its very character."""
    if expanded.file is None:
        return report.document.at(*expanded.path)
    before = expanded.text[:offset]
    return Place(expanded.file, before.count("\n") + 1, offset - before.rfind("\n"))


class _Problem(Struct, frozen=True):
    code: str
    message: str
    hint: str | None = None
