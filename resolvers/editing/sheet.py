"""A YAML file in which entries come and go while the rest keeps every byte: comments, order, quotes, line ends."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from msgspec import Struct

from ...graph.diagnostics import Diagnostic, Place
from ...graph.errors import InvalidInput
from ..data import as_map, plain
from ..positions import Path
from ..source import parse
from .insert import appended, inserted
from .outline import Outline
from .remove import removed

_MARK = "\ufeff"


class Sheet(Struct, frozen=True):
    """The content of a file that people know as ``shown``. Every change gives another sheet.

    Raises :class:`InvalidInput` where the file cannot be read. After each change the result is read again and compared
    with what it is meant to say; a file that is written in a way that cannot be changed by adding or removing text
    (an entry behind an alias, say) is refused with code ``not-editable``, and never changed in another way.
    """

    content: bytes
    shown: str

    @property
    def data(self) -> Any:
        """What the file says, as plain data of the caller's own."""
        return plain(deepcopy(parse(self.content, self.shown).data))

    def with_entry(self, path: Path, value: Any) -> Sheet:
        """The same with a new entry at ``path``, behind the others of its map; missing maps on the way are made."""
        data: Any = self.data or {}
        there, depth = data, 0
        while depth < len(path) - 1 and as_map(there.get(path[depth])):
            there, depth = there[path[depth]], depth + 1
        for step in reversed(path[depth + 1 :]):
            value = {step: value}
        there[path[depth]] = value
        return self._changed(lambda o: inserted(o, path[:depth], str(path[depth]), value), data)

    def with_item(self, path: Path, value: str) -> Sheet:
        """The same with an item at the end of the list at ``path``, which is made where it is missing."""
        data: Any = self.data or {}
        there = data
        for step in path:
            there = as_map(there).get(str(step))
        if not there:
            return self.with_entry(path, [value])
        there.append(value)
        return self._changed(lambda o: appended(o, path, value), data)

    def without(self, path: Path) -> Sheet:
        """The same without the entry or item at ``path``; a map or list that would be empty then goes, too."""
        data = self.data
        there = [data]
        for step in path[:-1]:
            there.append(there[-1][step])
        depth = next((d for d in range(len(path) - 1, 0, -1) if len(there[d]) > 1), 0)
        del there[depth][path[depth]]
        return self._changed(lambda o: removed(o, path[: depth + 1]), data)

    def _changed(self, change: Callable[[Outline], str | None], meant: Any) -> Sheet:
        text = self.content.decode()
        mark = _MARK if text.startswith(_MARK) else ""
        made = change(Outline(text.removeprefix(_MARK)))
        if made is not None:
            sheet = Sheet(f"{mark}{made}".encode(), self.shown)
            try:
                if (sheet.data or {}) == meant:
                    return sheet
            except InvalidInput:
                pass  # told below: what cannot be read was made by us, and is nothing that a person wrote
        message = f"{self.shown} is written in a way that no command can change without rewriting all of it"
        hint = "change it by hand; aliases are the usual reason"
        raise InvalidInput(Diagnostic("not-editable", message, place=Place(self.shown), hint=hint))
