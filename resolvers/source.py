"""YAML 1.2 with a position for every value, safe against whatever a file may hold.

Limits: 10 MiB, 100 levels, a million values, aliases that stand for 200,000 values. What is read is plain data:
no tags beyond the core schema, no keys but text, no key twice, no numbers that JSON cannot carry.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import Diagnostic, Findings, Place, Severity
from ..graph.errors import InvalidInput
from .events import Builder, Unreadable
from .files import MAX_BYTES, read_bytes, too_large
from .positions import Positions

__all__ = ["MAX_BYTES", "Document", "parse", "parse_all", "read_bytes", "survey"]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HINTS = {
    "cannot start any token": "text that starts with this character needs quotes; indentation takes spaces, not tabs",
    "mapping values are not allowed": "a value with ': ' inside needs quotes; or the line is indented wrongly",
    "could not find expected ':'": "a key is followed by ': '",
    "did not find expected key": "check the indentation, and quotes that end too early",
    "did not find expected '-'": "check the indentation",
    "unexpected end of stream": "a quote or bracket is not closed",
    "tab character": "indent with blanks, not with tabs",
}


class Document(Struct, frozen=True, eq=False):
    """One YAML document: plain data (maps in the order of the file) and where each part of it stands.

    Implements :class:`bakehouse.graph.application.Places`. The data is shared where the file uses aliases: do not
    change it. Text that was written unquoted and looks like a date is a :class:`~.scalars.Date`, which is a str.
    ``remarks`` holds notices, such as about further documents that were not read.
    """

    data: Any
    file: str
    positions: Positions
    remarks: tuple[Diagnostic, ...] = ()

    def at(self, *path: str | int) -> Place:
        """The place of the value at ``path``, or of its nearest existing ancestor."""
        return self.positions.at(*path)

    def key(self, *path: str | int) -> Place:
        """The place of the map key that ``path`` ends in."""
        return self.positions.key(*path)

    def below(self, *path: str | int) -> Positions:
        """The same positions, asked by paths relative to ``path``."""
        return self.positions.below(*path)


def parse(content: bytes, shown: str) -> Document:
    """Read the first document of a file that is shown to people as ``shown``.

    Further documents are left unread, with a notice. Raises :class:`InvalidInput` with all problems.
    """
    document, findings = survey(content, shown)
    if document is None or findings.errors:
        raise InvalidInput(findings.errors)
    return document


def parse_all(content: bytes, shown: str) -> tuple[Document, ...]:
    """Read all documents of a file; those that hold nothing are left out.

    Raises :class:`InvalidInput` with all problems of all documents.
    """
    findings = Findings()
    documents: list[Document] = []
    with contextlib.suppress(Unreadable):
        events = _events(content, shown, findings)
        builder = Builder(shown, findings)
        documents.extend(_document(builder, events, shown) for _ in _starts(events))
    if findings.errors:
        raise InvalidInput(findings.errors)
    return tuple(d for d in documents if d.data is not None)


def survey(content: bytes, shown: str) -> tuple[Document | None, Findings]:
    """Like :func:`parse`, but hands out what could be read together with the problems.

    So that a schema's problems can be told together with, say, a duplicate key. None when nothing could be read;
    an empty file is a document with the data None.
    """
    findings = Findings()
    document: Document | None = None
    try:
        events = _events(content, shown, findings)
        for start in _starts(events):
            if document is not None:
                findings.add(_further(start, shown))
                break
            document = _document(Builder(shown, findings), events, shown)
    except Unreadable:
        return None, findings
    document = document or Document(None, shown, Positions(shown, 0))
    return replace(document, remarks=findings.remarks), findings


def _document(builder: Builder, events: Iterator[Any], shown: str) -> Document:
    data, branch = builder.document(events)
    return Document(data, shown, Positions(shown, branch))


def _starts(events: Iterator[Any]) -> Iterator[Any]:
    """The start of each document; the events of the document itself are left to the caller."""
    return (event for event in events if isinstance(event, yaml.DocumentStartEvent))


def _further(start: Any, shown: str) -> Diagnostic:
    place = Place(shown, start.start_mark.line + 1, 1)
    message = "only the first document of this file is read"
    return Diagnostic("yaml-more-documents", message, severity=Severity.NOTICE, place=place)


def _events(content: bytes, shown: str, findings: Findings) -> Iterator[Any]:
    """The YAML events of a file; raises :class:`Unreadable` after telling the reason to ``findings``."""
    try:
        # The C parser where PyYAML was built with it: twenty times as fast, and the events are the same.
        yield from yaml.parse(_decoded(content, shown), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except InvalidInput as problem:
        findings.extend(problem.diagnostics)
        raise Unreadable from None
    except yaml.YAMLError as problem:
        findings.add(_syntax(problem, shown))
        raise Unreadable from None


def _decoded(content: bytes, shown: str) -> str:
    """The text of a file without its byte order mark; raises :class:`InvalidInput` where it is none."""
    if len(content) > MAX_BYTES:
        raise too_large(shown, MAX_BYTES)
    if b"\0" in content:
        raise InvalidInput(Diagnostic("file-binary", f"{shown} is no text file", place=Place(shown)))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        place = _place(content[: problem.start].decode("utf-8", "replace"), shown)
        message = f"{shown} is not written in UTF-8"
        raise InvalidInput(Diagnostic("file-encoding", message, place=place)) from None
    found = _FORBIDDEN.search(text)
    if found is not None:
        message = f"the control character U+{ord(found[0]):04X} cannot stand in a YAML file"
        place = _place(text[: found.start()], shown)
        hint = 'inside double quotes write it as an escape, such as "\\e"'
        raise InvalidInput(Diagnostic("yaml-character", message, place=place, hint=hint))
    return text


def _place(before: str, shown: str) -> Place:
    """The place that follows the text ``before``."""
    return Place(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _syntax(problem: yaml.YAMLError, shown: str) -> Diagnostic:
    reason = str(getattr(problem, "problem", None) or problem)
    context = getattr(problem, "context", None)
    mark = getattr(problem, "problem_mark", None)
    started = getattr(problem, "context_mark", None)
    message = f"this is not YAML: {reason}"
    if context and started and (started.line, started.column) != (mark and mark.line, mark and mark.column):
        message += f", {context} that starts in line {started.line + 1}"
    if started and "unexpected end of stream" in reason:  # the end of the file says nothing about the mistake
        mark = started
    place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
    hint = next((hint for part, hint in _HINTS.items() if part in reason), None)
    return Diagnostic("yaml-syntax", message[:500], place=place, hint=hint)
