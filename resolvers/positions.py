"""Where each value of a file stands, found by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import Struct, field

from ..graph.diagnostics import Place

Path = tuple[str | int, ...]
"""Map keys and list indexes, from the top of a document down to a value."""

_SHIFT = 24
_COLUMN = (1 << _SHIFT) - 1
_FILE = 2 * _SHIFT

WHOLE = (1 << _FILE) - 1
"""The spot of something that has no lines, such as a value on the command line."""


def spot(line: int, column: int) -> int:
    """Line and column, both counted from 0, as one number; a file has less than 2**24 columns."""
    return line << _SHIFT | column


class Branch(Struct):
    """The spots inside one map or list.

    ``children`` holds, by key or index, the branch of a container or the spot of a scalar; ``keys`` the spots of
    a map's keys.
    """

    spot: int
    children: dict[str, Branch | int] | list[Branch | int]
    keys: dict[str, int] = field(default_factory=dict[str, int])

    def append(self, child: Branch | int) -> None:
        """Add the next item of a list."""
        if isinstance(self.children, list):
            self.children.append(child)

    def put(self, key: str, where: int, child: Branch | int) -> None:
        """Add an entry of a map; ``where`` is the spot of its key."""
        if isinstance(self.children, dict):
            self.keys[key] = where
            self.children[key] = child

    def child(self, step: str | int) -> Branch | int | None:
        """What lies at a key or an index, or None."""
        if isinstance(self.children, list):
            inside = isinstance(step, int) and 0 <= step < len(self.children)
            return self.children[step] if isinstance(step, int) and inside else None
        return self.children.get(str(step))


class Positions(Struct, frozen=True, eq=False):
    """Answers the place of any value of a file, or of a part of it. Nothing is computed before it is asked.

    ``others`` are what parts of the data come from that do not stand in the file (see :func:`elsewhere`).
    Implements :class:`bakehouse.graph.application.Places`.
    """

    file: str
    root: Branch | int
    others: tuple[str, ...] = ()

    def at(self, *path: str | int) -> Place:
        """The place of the value at ``path``, or of its nearest existing ancestor."""
        return self._place(self._walk(path)[0])

    def key(self, *path: str | int) -> Place:
        """The place of the map key that ``path`` ends in; where that is no map key, the same as :meth:`at`."""
        if path:
            parent, whole = self._walk(path[:-1])
            if whole and isinstance(parent, Branch) and str(path[-1]) in parent.keys:
                return self._place(parent.keys[str(path[-1])])
        return self.at(*path)

    def below(self, *path: str | int) -> Positions:
        """The same positions, asked by paths relative to ``path``."""
        return Positions(self.file, self._walk(path)[0], self.others)

    def regrouped(self, path: Path, entries: Mapping[str, Path], keys: Mapping[str, Path]) -> Branch:
        """The spots of a map that is read where the file has another container at ``path``.

        ``entries`` and ``keys`` give, for each key, where its value and the key itself stand in the file.
        """
        return Branch(
            spot_of(self._walk(path)[0]),
            {name: self._walk(old)[0] for name, old in entries.items()},
            {name: spot_of(self._walk(old)[0]) for name, old in keys.items()},
        )

    def replacing(self, changes: Mapping[Path, Branch]) -> Positions:
        """The positions with other branches at some paths. Used where an older form is read as the newer one."""
        return Positions(self.file, _replaced(self.root, changes), self.others)

    def _walk(self, path: Iterable[str | int]) -> tuple[Branch | int, bool]:
        """The deepest existing node along ``path``, and whether that is the whole of it."""
        node = self.root
        for step in path:
            found = node.child(step) if isinstance(node, Branch) else None
            if found is None:
                return node, False
            node = found
        return node, True

    def _place(self, node: Branch | int) -> Place:
        number, where = divmod(spot_of(node), WHOLE + 1)
        file = self.others[number - 1] if number else self.file
        return Place(file) if where == WHOLE else Place(file, (where >> _SHIFT) + 1, (where & _COLUMN) + 1)


def spot_of(node: Branch | int) -> int:
    """Where a value starts."""
    return node.spot if isinstance(node, Branch) else node


def elsewhere(node: Branch | int, number: int) -> Branch | int:
    """The spots of another file, for use among those of a file that has it as its other number ``number`` from 1."""
    if isinstance(node, int):
        return number << _FILE | node
    if isinstance(node.children, list):
        return Branch(number << _FILE | node.spot, [elsewhere(child, number) for child in node.children])
    return Branch(
        number << _FILE | node.spot,
        {key: elsewhere(child, number) for key, child in node.children.items()},
        {key: number << _FILE | where for key, where in node.keys.items()},
    )


def _replaced(node: Branch | int, changes: Mapping[Path, Branch]) -> Branch | int:
    if () in changes:
        return changes[()]
    if not isinstance(node, Branch) or isinstance(node.children, list):
        return node
    made = {
        str(step): _replaced(node.children[str(step)], below)
        for step, below in by_step(changes).items()
        if str(step) in node.children
    }
    return Branch(node.spot, {**node.children, **made}, node.keys)


T = TypeVar("T")


def by_step(changes: Mapping[Path, T]) -> dict[str | int, dict[Path, T]]:
    """What is given for paths, grouped by their first step; the paths go on from there."""
    found: dict[str | int, dict[Path, T]] = {}
    for path, item in changes.items():
        found.setdefault(path[0], {})[path[1:]] = item
    return found


def pointer(path: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a path; the empty text is the whole document."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
