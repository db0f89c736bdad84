"""Which lines and characters of a YAML text belong to which entry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any

import yaml
from msgspec import Struct

from ..positions import Path

Node = Any
"""A node of PyYAML, with marks for where it starts and ends."""


class Entry(Struct, frozen=True):
    """One entry of a map (``key`` is its node) or item of a list (``key`` is None)."""

    key: Node | None
    value: Node

    @property
    def start(self) -> Any:
        """Where it begins: at its key, or for an item at its value."""
        return (self.key or self.value).start_mark

    @property
    def end(self) -> Any:
        """Where its value ends; for blocks only the line of it can be told, see :meth:`Outline.end_line`."""
        return self.value.end_mark


class Outline(Struct, frozen=True, dict=True):
    """The first document of a text that can be read; lines are counted from 0 and keep their ends."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines, split where YAML splits them."""
        return self.text.splitlines(keepends=True)

    @cached_property
    def root(self) -> Node | None:
        """The top node, None in an empty file."""
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(self.text)
        try:
            return loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()

    @cached_property
    def step(self) -> int:
        """By how many columns the file indents, going by its first map inside a map; 2 where there is none."""
        for _, value in self.root.value if isinstance(self.root, yaml.MappingNode) else ():
            if is_block_map(value) and value.start_mark.column > 0:
                return int(value.start_mark.column)
        return 2

    @cached_property
    def line_end(self) -> str:
        """What ends the file's first line; a line feed where nothing does."""
        first = self.lines[0] if self.lines else ""
        return first[len(first.rstrip("\r\n")) :] or "\n"

    def at(self, path: Path) -> Node | None:
        """The node at a path, or None."""
        node = self.root
        for step in path:
            found = next((e for e in entries(node) if _named(e, step)), None) if node is not None else None
            if isinstance(step, int):
                items = list(entries(node)) if node is not None else []
                found = items[step] if step < len(items) else None
            if found is None:
                return None
            node = found.value
        return node

    def offset(self, mark: Any) -> int:
        """The index of a mark in the text."""
        return self._starts[int(mark.line)] + int(mark.column)

    def end_line(self, entry: Entry, column: int) -> int:
        """The line after an entry of a block: behind its last value and whatever is indented deeper, blanks left out."""
        last = max(int(entry.start.line), _last_line(entry.value))
        end = last + 1
        while end < len(self.lines) and (self.is_blank(end) or self._indent(end) > column):
            end += 1
        while end > last + 1 and self.is_blank(end - 1):
            end -= 1
        return end

    def first_line(self, entry: Entry, column: int) -> int:
        """The line where an entry of a block begins, the comment that stands right above it included."""
        line = int(entry.start.line)
        while line > 0 and self._is_comment(line - 1) and self._indent(line - 1) == column:
            line -= 1
        return line

    def before(self, mark: Any) -> str:
        """What stands in a mark's line before it."""
        return self.lines[int(mark.line)][: int(mark.column)]

    def behind(self, mark: Any) -> str:
        """What stands in a mark's line from it on, without blanks around it."""
        return self.lines[int(mark.line)][int(mark.column) :].strip()

    def is_blank(self, line: int) -> bool:
        """Whether a line is there and holds nothing."""
        return 0 <= line < len(self.lines) and not self.lines[line].strip()

    def _is_comment(self, line: int) -> bool:
        return self.lines[line].lstrip().startswith("#")

    def _indent(self, line: int) -> int:
        return len(self.lines[line]) - len(self.lines[line].lstrip(" "))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) for line in self.lines)]


def entries(node: Node) -> Iterator[Entry]:
    """What lies directly inside a map or a list."""
    if isinstance(node, yaml.MappingNode):
        yield from (Entry(key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from (Entry(None, value) for value in node.value)


def is_block_map(node: Node) -> bool:
    """Whether a node is a map without braces."""
    return isinstance(node, yaml.MappingNode) and not node.flow_style


def is_flow(node: Node) -> bool:
    """Whether a node is a map or a list in brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _named(entry: Entry, step: str | int) -> bool:
    return entry.key is not None and isinstance(entry.key, yaml.ScalarNode) and entry.key.value == step


def _last_line(node: Node) -> int:
    """The last line that a node surely reaches; the rest of a block of text is found by its indentation."""
    if isinstance(node, yaml.ScalarNode):
        is_text = node.style in ("|", ">")
        return int((node.start_mark if is_text else node.end_mark).line)
    if is_flow(node):
        return int(node.end_mark.line)
    return max((_last_line(e.value) for e in entries(node)), default=int(node.start_mark.line))
