"""Containers while they are being read."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from .positions import Branch


class Node(Struct):
    """A finished value: its data and positions, how many values it holds in all, and how many levels."""

    data: Any
    branch: Branch | int
    size: int = 1
    height: int = 0


class Frame(Struct):
    """A map or list that is being read; ``key`` waits for its value, ``merged`` for the end of the map."""

    data: Any
    branch: Branch
    anchor: str | None = None
    key: str | None = None
    key_spot: int = 0
    merging: bool = False
    merged: list[Node] = field(default_factory=list[Node])
    size: int = 1
    height: int = 1

    @classmethod
    def open(cls, where: int, anchor: str | None, *, is_map: bool) -> Frame:
        """An empty container that starts at ``where``."""
        return cls({}, Branch(where, {}), anchor) if is_map else cls([], Branch(where, []), anchor)

    @property
    def awaits_key(self) -> bool:
        """Whether the next value is a map's key."""
        return self.key is None and not self.merging and isinstance(self.data, dict)

    @property
    def path(self) -> tuple[str | int, ...]:
        """The step to the value that is being read; empty where a key is being read."""
        if self.key is not None:
            return (self.key,)
        return () if isinstance(self.data, dict) else (len(self.data),)

    def add(self, node: Node) -> None:
        """Take a finished value as the next item, or as the value of the waiting key."""
        self.height = max(self.height, node.height + 1)
        if self.merging:
            self.size += node.size
            self.merging = False
            self.merged.append(node)
        else:
            self.put(node.data, node.branch, node.size)

    def put(self, data: Any, branch: Branch | int, size: int = 1) -> None:
        """Take data as the next item, or as the value of the waiting key; not for what is merged."""
        self.size += size
        if self.key is None:
            self.data.append(data)
            self.branch.append(branch)
        else:
            self.data[self.key] = data
            self.branch.put(self.key, self.key_spot, branch)
            self.key = None

    def close(self) -> Node:
        """The finished container. Merged maps (``<<``) give what was not written here, earlier ones first.

        Raises TypeError when something else than maps was merged.
        """
        for source in self.merged:
            self._take(source.data, source.branch)
        return Node(self.data, self.branch, self.size, self.height)

    def _take(self, data: Any, branch: Branch | int) -> None:
        if not isinstance(branch, Branch):
            raise TypeError
        if isinstance(branch.children, list):
            for index, item in enumerate(data):
                if not isinstance(item, dict):
                    raise TypeError
                self._take(item, branch.child(index) or 0)
            return
        for key, value in data.items():
            if key not in self.data:
                self.data[key] = value
                self.branch.put(key, branch.keys.get(key, branch.spot), branch.child(key) or branch.spot)
