"""Heads of HTTP/1.1 messages: read with limits, parsed strictly, written again."""

from __future__ import annotations

import asyncio
import re

from msgspec import Struct

LIMIT = 64 * 1024
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"upgrade",
    )
)

Fields = tuple[tuple[bytes, bytes], ...]


class BadHead(Exception):
    """What came is no HTTP, or too much of it; ``status`` is the answer to give."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Head(Struct, frozen=True):
    """The first line in its three parts, and the fields in their order."""

    start: tuple[bytes, bytes, bytes]
    fields: Fields

    def get(self, name: bytes) -> bytes | None:
        """The value of the field; several ones are joined by commas."""
        found = [value for key, value in self.fields if key.lower() == name]
        return b", ".join(found) if found else None

    @property
    def options(self) -> frozenset[bytes]:
        """The words of the field ``Connection``, in lower case."""
        return frozenset(word.strip().lower() for word in (self.get(b"connection") or b"").split(b","))

    @property
    def upgrades(self) -> bool:
        """Whether another protocol is asked for, or agreed to."""
        return b"upgrade" in self.options and self.get(b"upgrade") is not None

    def without_hops(self) -> Fields:
        """The fields that are for the other side, not for this connection only."""
        dropped = _HOP_BY_HOP | self.options
        return tuple((key, value) for key, value in self.fields if key.lower() not in dropped)


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head, or None when the other side has ended; raises :class:`BadHead`.

    The reader must have been made with ``limit=LIMIT``.
    """
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadHead(400) from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadHead(431) from error
    return parse(raw)


def parse(raw: bytes) -> Head:
    """The head in ``raw``, which ends with an empty line; raises :class:`BadHead` for what could be read in two ways."""
    first, *lines = raw[:-4].split(b"\r\n")
    start = first.split(b" ", 2)
    if (
        len(start) < 2
        or b"\n" in raw.replace(b"\r\n", b"")
        or b"\r" in raw.replace(b"\r\n", b"")
        or b"\0" in raw
    ):
        raise BadHead(400)
    fields: list[tuple[bytes, bytes]] = []
    for line in lines:
        key, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(key):
            raise BadHead(400)
        fields.append((key, value.strip(b" \t")))
    return Head((start[0], start[1], start[2] if len(start) > 2 else b""), tuple(fields))


def compose(start: tuple[bytes, bytes, bytes], fields: Fields) -> bytes:
    """The bytes of a head."""
    lines = [b" ".join(part for part in start if part), *(key + b": " + value for key, value in fields)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
