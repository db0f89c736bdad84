"""The JSON body of a row: written compactly, read with suspicion.

Every body says its format. One of a newer format is refused, one that does not decode is damage: both end as a
:class:`StateError`, never as an empty state.
"""

from __future__ import annotations

import zlib
from typing import Any

import orjson

from ..failures import state_error
from ..records import RECORD_FORMAT


class Unreadable(Exception):
    """The record of something is damaged; the database's transaction tells it as a StateError about its file."""


def checksum(body: str) -> int:
    """What tells a damaged body from a whole one."""
    return zlib.crc32(body.encode())


def dumped(data: dict[str, Any], what: str) -> str:
    """The body for ``data``; ``what`` names the row in errors. Raises StateError for what JSON cannot hold."""
    return plain({"format": RECORD_FORMAT, **data}, what)


def plain(data: Any, what: str) -> str:
    """JSON text of ``data``, without a format of its own."""
    try:
        return orjson.dumps(data).decode()
    except TypeError as error:
        raise state_error(
            "state-unfit-value",
            f"{what} holds a value that cannot be recorded: {error}",
            "values are JSON: text without lone surrogates, numbers of at most 64 bits, lists and maps",
        ) from error


def loaded(body: str, what: str) -> dict[str, Any]:
    """The data of a body; raises Unreadable, and StateError for a newer format."""
    try:
        data: Any = orjson.loads(body)
        version = data["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(what) from error
    if version != RECORD_FORMAT:
        raise state_error(
            "state-future-version",
            f"{what} is recorded in format {version}, and this Bakehouse reads format {RECORD_FORMAT}",
            "use the version of Bakehouse that wrote it, or a newer one",
        )
    found: dict[str, Any] = data
    return found
