"""From YAML events to plain data and its positions, without recursion and within limits.

Events are taken one by one and nothing is composed before: a file of 50,000 brackets ends at the depth limit, and
an alias costs nothing before its size was added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from ..graph.diagnostics import Diagnostic, Findings
from .frames import Frame, Node
from .positions import Branch, Positions, pointer, spot
from .scalars import CORE, BadScalar, Date, plain, tagged

MAX_DEPTH = 100
MAX_NODES = 1_000_000
MAX_ALIASED = 200_000
MAX_PROBLEMS = 100

_CONTAINER_TAGS = {
    yaml.MappingStartEvent: (None, "!", f"{CORE}map"),
    yaml.SequenceStartEvent: (None, "!", f"{CORE}seq"),
}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unreadable(Exception):
    """The document cannot be read further; the reason is among the findings."""


class Builder:
    """Builds the documents of one file. Problems that do not prevent reading on are added to ``findings``."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._stack: list[Frame] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._aliased = 0
        self._problems = 0
        self._handlers: dict[type[Any], Any] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
        }

    def document(self, events: Iterable[Any]) -> tuple[Any, Branch | int]:
        """Read up to the end of the current document; raises :class:`Unreadable` when that is impossible."""
        self._anchors.clear()
        root = Frame.open(0, None, is_map=False)
        self._stack = [root]
        for event in events:
            handler = self._handlers.get(event.__class__)
            if handler is None:
                break
            handler(event)
        return root.data[0], root.branch.child(0) or 0

    def _scalar(self, event: Any) -> None:
        where = self._enter(event)
        value, frame = self._value(event, where), self._stack[-1]
        if event.anchor is not None:
            self._anchors[event.anchor] = Node(value, where)
        if frame.awaits_key:
            self._key(event, value, where)
        elif frame.merging:
            frame.add(Node(value, where))
        else:
            frame.put(value, where)

    def _value(self, event: Any, where: int) -> Any:
        word: str = event.value
        try:
            if event.tag is not None:
                return tagged(event.tag, word)
            if event.implicit[0]:
                return plain(word)
        except BadScalar as problem:
            self._problem("yaml-number", str(problem), where, "put it in quotes if it is meant as text")
        except LookupError:
            self._foreign_tag(event.tag, where)
        if _UNSTORABLE.search(word):
            self._problem("yaml-character", "text with a NUL character or half a character pair", where)
        return word

    def _key(self, event: Any, value: Any, where: int) -> None:
        frame = self._stack[-1]
        if value == "<<" and event.implicit[0]:
            frame.merging = True
            return
        text: str = event.value
        frame.key, frame.key_spot = text, where
        if type(value) is not str:
            self._problem(
                "yaml-key", f"the key '{text[:100]}' is not text", where, f'write it as "{text[:100]}"'
            )
        if text in frame.data:
            hint = f"the first one stands in line {self._line(frame.branch.keys[text])}"
            self._problem(
                "yaml-duplicate-key", f"the key '{text[:100]}' stands twice in one map", where, hint
            )
        frame.key, frame.key_spot = text, where

    def _alias(self, event: Any) -> None:
        where, name = self._enter(event), str(event.anchor)
        node = self._anchors.get(name)
        if node is None:
            why = "stands inside what it stands for" if name in self._anchors else "has no anchor before it"
            raise self._end("yaml-alias", f"the alias *{name[:100]} {why}", where)
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            raise self._end("yaml-alias", f"the aliases stand for more than {MAX_ALIASED:,} values", where)
        self._check_depth(len(self._stack) - 1 + node.height, where)
        frame = self._stack[-1]
        if not frame.awaits_key:
            frame.add(node if isinstance(node.branch, Branch) else Node(node.data, where))
        elif isinstance(node.data, str) and not isinstance(node.data, Date):
            frame.key, frame.key_spot = node.data, where
        else:
            raise self._end("yaml-key", f"the alias *{name[:100]} is a key but stands for no text", where)

    def _open(self, event: Any) -> None:
        where = self._enter(event)
        self._check_depth(len(self._stack), where)
        if self._stack[-1].awaits_key:
            hint = "text that starts with a brace or a bracket needs quotes"
            raise self._end("yaml-key", "a map or a list cannot be a key", where, hint)
        if event.tag not in _CONTAINER_TAGS[event.__class__]:
            self._foreign_tag(event.tag, where)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(Frame.open(where, event.anchor, is_map=is_map))

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        try:
            node = frame.close()
        except TypeError:
            where = frame.branch.spot
            raise self._end("yaml-merge", "<< merges something that is no map", where) from None
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        self._stack[-1].add(node)

    def _enter(self, event: Any) -> int:
        mark = event.start_mark
        where = spot(mark.line, mark.column)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._end("yaml-size", f"more than {MAX_NODES:,} values in one file", where)
        return where

    def _check_depth(self, depth: int, where: int) -> None:
        if depth > MAX_DEPTH:
            raise self._end("yaml-depth", f"maps and lists lie more than {MAX_DEPTH} levels deep", where)

    def _foreign_tag(self, tag: Any, where: int) -> None:
        shown = str(tag).replace(CORE, "!!", 1)[:100]
        self._problem("yaml-tag", f"the tag {shown} is not accepted", where, "leave it out")

    def _end(self, code: str, message: str, where: int, hint: str | None = None) -> Unreadable:
        self._problem(code, message, where, hint)
        return Unreadable(message)

    def _problem(self, code: str, message: str, where: int, hint: str | None = None) -> None:
        steps = [step for frame in self._stack[1:] for step in frame.path]
        place = Positions(self._file, where).at()
        self._findings.add(Diagnostic(code, message, place=place, pointer=pointer(steps), hint=hint))
        self._problems += 1
        if self._problems >= MAX_PROBLEMS:
            raise Unreadable(message)

    def _line(self, where: int) -> int:
        return Positions(self._file, where).at().line
