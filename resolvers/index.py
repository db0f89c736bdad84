"""Finds what is filed under an id and a class without looking at anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

Key = tuple[str | None, str | None]
"""An id and a class, None where nothing in the index names the one that was asked for."""


class Index(Generic[T]):
    """Items filed under an id, a class, both or neither; what is left open (None) holds for any.

    Filing and finding cost the same however many items there are of other ids and classes.
    """

    def __init__(self) -> None:
        self._items: dict[Key, list[T]] = {}
        self._ids: set[str | None] = set()
        self._classes: set[str | None] = set()

    def put(self, id_: str | None, class_: str | None, item: T) -> None:
        """File one item."""
        self._items.setdefault((id_, class_), []).append(item)
        self._ids.add(id_)
        self._classes.add(class_)

    def key(self, id_: str, class_: str) -> Key:
        """What of an id and a class matters here: equal keys find the same items."""
        return (id_ if id_ in self._ids else None, class_ if class_ in self._classes else None)

    def find(self, key: Key) -> Iterator[T]:
        """The items that hold for a key: those filed alike stand next to each other, in the order of filing."""
        id_, class_ = key
        for place in dict.fromkeys(((id_, class_), (id_, None), (None, class_), (None, None))):
            yield from self._items.get(place, ())
