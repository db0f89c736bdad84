"""Turns a module's files into data; what was read once is kept in the user's cache, because the parser is slow to start."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import orjson

from ....graph.fingerprint import digest
from ....graph.narrow import is_map
from .binary import user_cache

_PARSER = threading.Lock()
"""python-hcl2 is not made for threads: while it is inside an expression of one text, it takes `true` of another for text."""


class BadModule(ValueError):
    """A module that cannot be read. ``file`` is the path below its folder, ``line`` counts from 1, 0 is unknown.

    ``outward`` says that it calls what lies outside its folder.
    """

    def __init__(self, code: str, message: str, file: str, line: int = 0, *, outward: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.file, self.line = code, message, file, line
        self.outward = outward


def parsed(path: str, content: bytes) -> Mapping[str, Any]:
    """What a file of a module says, in the form of python-hcl2; raises :class:`BadModule`."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise BadModule("module-syntax", "it is not written in UTF-8", path) from None
    if path.endswith(".json"):
        return _json(path, content)
    return _hcl(path, text)


def _json(path: str, content: bytes) -> Mapping[str, Any]:
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadModule("module-syntax", error.msg, path, error.lineno) from None
    if not is_map(data):
        raise BadModule("module-syntax", "its top is no map", path)
    return data


@lru_cache(maxsize=500)
def _hcl(path: str, text: str) -> Mapping[str, Any]:
    kept = _place(text)
    with contextlib.suppress(OSError, ValueError):
        data = orjson.loads(kept.read_bytes())
        if is_map(data):
            return data
    data = _read(path, text)
    _keep(kept, data)
    return data


def _read(path: str, text: str) -> Mapping[str, Any]:
    import hcl2
    from lark.exceptions import LarkError, UnexpectedInput

    options = hcl2.SerializationOptions(strip_string_quotes=True)
    try:
        with _PARSER:
            data = cast(Any, hcl2.loads(text, serialization_options=options))  # pyright: ignore[reportUnknownMemberType]
    except UnexpectedInput as error:
        line, column = getattr(error, "line", 0), getattr(error, "column", 0)
        where = f" at column {column}" if column and column > 0 else ""
        raise BadModule("module-syntax", f"this cannot be read{where}", path, max(0, line)) from None
    except (LarkError, RecursionError, ValueError) as error:
        raise BadModule("module-syntax", f"this cannot be read: {str(error)[:200]}", path) from None
    return data if is_map(data) else {}


def _place(text: str) -> Path:
    """Where the data of this text is kept: the name covers all that it depends on."""
    return user_cache() / "modules" / f"{digest([_parser(), text])}.json"


@cache
def _parser() -> str:
    return f"python-hcl2 {version('python-hcl2')}"


def _keep(place: Path, data: Mapping[str, Any]) -> None:
    """Written whole or not at all; a cache that cannot be written only costs time."""
    with contextlib.suppress(OSError, TypeError):
        content = orjson.dumps(data)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(fresh).replace(place)
        except OSError:
            Path(fresh).unlink(missing_ok=True)
            raise
