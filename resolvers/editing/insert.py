"""The text of a file with a new entry or item in it; None where the way it is written does not allow for one."""

from __future__ import annotations

from typing import Any

import yaml

from ..positions import Path
from .outline import Entry, Node, Outline, entries, is_flow
from .wording import in_braces, in_lines


def inserted(outline: Outline, path: Path, key: str, value: Any) -> str | None:
    """With ``key`` at the end of the map at ``path``; a key that is there holds nothing yet and gets the value."""
    node = outline.at(path)
    if node is None and not path:
        return _spliced(outline, len(outline.lines), in_lines({key: value}, outline.step))
    if not isinstance(node, yaml.MappingNode):
        return None
    present = list(entries(node))
    empty = next((e for e in present if e.key is not None and e.key.value == key), None)
    if empty is not None:
        return _filled(outline, empty, value, in_line=is_flow(node))
    if is_flow(node):
        return _bracketed(outline, node, in_braces({key: value})[1:-1])
    if not present:
        return None
    column = present[0].start.column
    made = _indented({key: value}, column, outline.step)
    at = outline.end_line(present[-1], column)
    if len(present) > 1 and outline.is_blank(outline.first_line(present[-1], column) - 1):
        made = ["", *made]
    return _spliced(outline, at, made)


def appended(outline: Outline, path: Path, value: str) -> str | None:
    """With an item at the end of the list at ``path``, which holds others."""
    node = outline.at(path)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        return None
    last = list(entries(node))[-1]
    word = in_braces(value)
    if last.value.style == '"' and not word.startswith('"'):
        word = f'"{word}"'
    if is_flow(node):
        return _bracketed(outline, node, word)
    column = node.start_mark.column
    return _spliced(outline, outline.end_line(last, column), [f"{' ' * column}- {word}"])


def _filled(outline: Outline, empty: Entry, value: Any, *, in_line: bool) -> str | None:
    """A value in place of ``{}``, ``[]`` or nothing."""
    start, end = outline.offset(empty.value.start_mark), outline.offset(empty.value.end_mark)
    before, after = outline.text[:start], outline.text[end:]
    if in_line or not isinstance(value, dict):
        gap = "" if before.endswith(" ") else " "
        return f"{before}{gap}{in_braces(value)}{after}"
    column = empty.start.column
    bare = Outline(before.rstrip(" ") + (after if after[:1] in ("\r", "\n", "") else f" {after.lstrip(' ')}"))
    return _spliced(bare, empty.start.line + 1, _indented(value, column + outline.step, outline.step))


def _bracketed(outline: Outline, node: Node, text: str) -> str:
    """A further entry before the closing bracket."""
    present = list(entries(node))
    if present:
        at = outline.offset(present[-1].value.end_mark)
        return f"{outline.text[:at]}, {text}{outline.text[at:]}"
    start, end = outline.offset(node.start_mark) + 1, outline.offset(node.end_mark) - 1
    return f"{outline.text[:start]}{text}{outline.text[end:]}"


def _indented(value: Any, column: int, step: int) -> list[str]:
    return [" " * column + line if line else line for line in in_lines(value, step)]


def _spliced(outline: Outline, at: int, made: list[str]) -> str:
    """New lines before line ``at``; the line before them gets an end if it has none."""
    before, after = "".join(outline.lines[:at]), "".join(outline.lines[at:])
    end = outline.line_end
    gap = end if before and not before.endswith(("\n", "\r")) else ""
    return f"{before}{gap}{end.join(made)}{end}{after}"
