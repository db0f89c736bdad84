"""A record of a zone, and the text beside it that says whose it is. Pure."""

from __future__ import annotations

from msgspec import Struct

from .models import DnsInputs

_MARK = "_bakehouse"
_ANY = "_any"
_TEXT = "bakehouse="


class Answer(Struct, frozen=True):
    """The values of one name and type, and their time to live in seconds."""

    values: tuple[str, ...]
    ttl: int


class Record(Struct, frozen=True):
    """All that one resource has in a zone. ``name`` is relative to ``zone``, ``@`` for the zone itself.

    Hosts in ``values`` are full names without a last dot.
    """

    zone: str
    name: str
    type: str
    values: tuple[str, ...]
    ttl: int

    @classmethod
    def of(cls, inputs: DnsInputs) -> Record:
        """The record that the inputs describe."""
        zone = inputs.zone.rstrip(".")
        values = tuple(v.rstrip(".") if inputs.type == "CNAME" else v for v in inputs.values)
        return cls(zone, inputs.name, inputs.type, values, inputs.ttl)

    @property
    def host(self) -> str:
        """The full name, without a last dot."""
        return self.zone if self.name == "@" else f"{self.name}.{self.zone}"

    @property
    def marker(self) -> str:
        """The name, relative to the zone, of the text that says whose it is: a CNAME may have none at its own name."""
        if self.name == "@":
            return _MARK
        return f"{_MARK}.{self.name.replace('*', _ANY)}"


def mark_of(token: str) -> str:
    """The marker's text for a create token."""
    return f"{_TEXT}{token}"


def owner_of(text: str) -> str | None:
    """The create token in a marker's text, or None where it is none of ours."""
    return text.removeprefix(_TEXT) if text.startswith(_TEXT) else None
