"""A resource's record in its zone: each change is one message, with prerequisites that let only its owner through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from ...sdk import Conflict, NotFound
from .record import Answer, Record, mark_of, owner_of

if TYPE_CHECKING:
    from .server import NameServer

_TEXT = "TXT"
_TURNS = 2


class Zone(Struct, frozen=True):
    """The zone of ``record``, for the object of a create token."""

    server: NameServer
    record: Record
    token: str

    def put(self, former: Iterable[str] = ()) -> None:
        """Have the record there, in place of those of the types that it had before. Raises :class:`Conflict`."""
        for _ in range(_TURNS):
            if self._change({self.record.type, *former}) or self._make():
                return
        owner = self.owner()
        raise Conflict(
            f"{self.record.host} is there already in the zone {self.record.zone}, "
            + ("and nobody says whose it is" if owner is None else f"as that of another resource ({owner})"),
            owner=owner,
            hint="choose another name, remove what is there, or adopt it",
        )

    def claim(self) -> None:
        """Put the marker beside a record that has none."""
        update = self.server.change(self.record.zone)
        update.present(self.record.name)
        update.absent(self.record.marker)
        update.add(self.record.marker, self.record.ttl, _TEXT, _quoted(mark_of(self.token)))
        self.server.send(update, self.record.zone)

    def remove(self, kinds: Iterable[str]) -> None:
        """Take record and marker away, as far as they are ours."""
        update = self.server.change(self.record.zone)
        update.present(self.record.marker, _TEXT, _quoted(mark_of(self.token)))
        for kind in sorted(kinds):
            update.delete(self.record.name, kind)
        update.delete(self.record.marker)
        self.server.send(update, self.record.zone)

    def owner(self) -> str | None:
        """The create token that the marker holds, or None where there is no marker of ours."""
        marks = self.server.ask(self.record, self.record.marker, (_TEXT,)).get(_TEXT)
        return next((t for text in marks.values if (t := owner_of(text))), None) if marks else None

    def seen(self, kinds: Iterable[str]) -> tuple[str, Answer]:
        """The first of the types that the name has, with its values. Raises :class:`NotFound`."""
        found = self.server.ask(self.record, self.record.name, kinds)
        for kind, answer in found.items():
            return kind, answer
        raise NotFound(f"{self.record.host} is not in the zone {self.record.zone}")

    def _change(self, kinds: Iterable[str]) -> bool:
        """Whether the marker was ours, and the record is as it should be now."""
        record, update = self.record, self.server.change(self.record.zone)
        update.present(record.marker, _TEXT, _quoted(mark_of(self.token)))
        for kind in sorted(kinds):
            update.delete(record.name, kind)
        update.add(record.name, record.ttl, record.type, *map(self._written, record.values))
        return self.server.send(update, record.zone) == "NOERROR"

    def _make(self) -> bool:
        """Whether the name was free, and is ours now."""
        record, update = self.record, self.server.change(self.record.zone)
        update.absent(record.name, *((record.type,) if record.name == "@" else ()))
        update.absent(record.marker)
        update.add(record.marker, record.ttl, _TEXT, _quoted(mark_of(self.token)))
        update.add(record.name, record.ttl, record.type, *map(self._written, record.values))
        return self.server.send(update, record.zone) == "NOERROR"

    def _written(self, value: str) -> str:
        match self.record.type:
            case "TXT":
                return _quoted(value)
            case "CNAME":
                return f"{value}."
            case _:
                return value


def _quoted(text: str) -> str:
    """Text in a zone file's form."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
