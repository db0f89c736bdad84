"""The text of a file without one entry or item; None where the way it is written does not allow that."""

from __future__ import annotations

from ..positions import Path
from .outline import Entry, Node, Outline, entries, is_flow


def removed(outline: Outline, path: Path) -> str | None:
    """Without what stands at ``path``, which is not the only thing in its map or list, or lies at the top."""
    node = outline.at(path[:-1])
    present = list(entries(node)) if node is not None else []
    index = next((i for i, e in enumerate(present) if _is(e, i, path[-1])), None)
    if node is None or index is None:
        return None
    if not is_flow(node):
        return _out_of_block(outline, node, present[index])
    alone = _alone(outline, present, index)
    return alone if alone is not None else _out_of_brackets(outline, present, index)


def _is(entry: Entry, index: int, step: str | int) -> bool:
    return index == step if entry.key is None else bool(entry.key.value == step)


def _out_of_block(outline: Outline, node: Node, entry: Entry) -> str | None:
    """The lines of the entry, the comment right above it, and one of two blank lines that would meet."""
    column = node.start_mark.column
    if outline.before(entry.start).strip(" -"):
        return None
    first, end = outline.first_line(entry, column), outline.end_line(entry, column)
    if outline.is_blank(first - 1) and (end == len(outline.lines) or outline.is_blank(end)):
        first -= 1
    elif outline.is_blank(end) and entry.start.line == node.start_mark.line:
        end += 1
    return "".join((*outline.lines[:first], *outline.lines[end:]))


def _alone(outline: Outline, present: list[Entry], index: int) -> str | None:
    """Without the lines of an entry in brackets that has them for itself; None where it shares them."""
    entry = present[index]
    after = outline.behind(entry.end)
    if (
        outline.before(entry.start).strip()
        or not after.startswith(",")
        or after[1:].strip()[:1] not in ("", "#")
    ):
        return None
    return "".join((*outline.lines[: entry.start.line], *outline.lines[entry.end.line + 1 :]))


def _out_of_brackets(outline: Outline, present: list[Entry], index: int) -> str:
    """The entry with the comma that joins it to a neighbour."""
    start, end = outline.offset(present[index].start), outline.offset(present[index].end)
    if index > 0:
        start = outline.offset(present[index - 1].end)
    elif len(present) > 1:
        end = outline.offset(present[1].start)
    return outline.text[:start] + outline.text[end:]
