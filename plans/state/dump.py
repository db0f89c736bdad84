"""One environment taken out of a store: its rows and the contents that they name, as a file that another store takes in.

Secrets are in it as they were stored, encrypted with the key of the store that they are from.
"""

from __future__ import annotations

import io
import os
import secrets
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...graph.fingerprint import digest_bytes

FORMAT = 1
LIMIT = 1024 * 1024 * 1024
"""Bytes that a file may unpack to."""

_HEAD, _BLOBS = "environment.json", "blobs/"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Dump(Struct, frozen=True):
    """``rows`` are plain JSON by table, bytes in base64; ``blobs`` are the contents that they name, by digest.

    ``schema_version`` is that of the tables, ``key_id`` names the key of the secrets.
    """

    store_id: str
    schema_version: int
    key_id: str | None
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    blobs: Mapping[str, bytes]

    @property
    def environment(self) -> Mapping[str, Any]:
        """The row of the environment itself."""
        return self.rows["environment"][0]


def save(dump: Dump, path: Path) -> None:
    """Write a dump (mode 0600) whole or not at all; raises InvalidInput."""
    head = {
        "format": FORMAT,
        "kind": "environment",
        "store": dump.store_id,
        "schema": dump.schema_version,
        "key": dump.key_id,
        "rows": dump.rows,
    }
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_entry(_HEAD), orjson.dumps(head))
                for name, content in sorted(dump.blobs.items()):
                    archive.writestr(_entry(f"{_BLOBS}{name}"), content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        message = f"the environment cannot be written to {path}: {error.strerror}"
        raise InvalidInput(Diagnostic("dump-not-saved", message)) from error


def load(path: Path) -> Dump:
    """Read a dump, every digest checked; raises InvalidInput."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, f"it cannot be read: {error.strerror}") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LIMIT:
                raise _unreadable(path, "it unpacks to more than 1 GiB")
            head = orjson.loads(archive.read(_HEAD))
            names = [name for name in archive.namelist() if name.startswith(_BLOBS)]
            blobs = {name.removeprefix(_BLOBS): archive.read(name) for name in names}
        if head["format"] != FORMAT or head["kind"] != "environment":
            raise _unreadable(path, f"its format is {head['format']}, this version reads {FORMAT}")
        dump = Dump(str(head["store"]), int(head["schema"]), head["key"], head["rows"], blobs)
        _ = (dump.environment["uid"], dump.environment["name"])
    except (zipfile.BadZipFile, zlib.error, KeyError, IndexError, ValueError, TypeError, EOFError) as error:
        raise _unreadable(path, "it holds no environment, or it is damaged") from error
    if any(digest_bytes(found) != name for name, found in blobs.items()):
        raise _unreadable(path, "a content does not match its digest")
    return dump


def _unreadable(path: Path, why: str) -> InvalidInput:
    hint = "write it again with `bakehouse state export FILE`"
    return InvalidInput(Diagnostic("dump-unreadable", f"{path} cannot be imported: {why}", hint=hint))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
