"""One change as one line of canonical JSON: what its digest is taken over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from msgspec import Struct

from ..graph.fingerprint import canonical, digest_bytes
from ..graph.narrow import is_list, is_map
from .change import Change
from .codec import change_body

LONG = 4096
"""Characters from which a text lies beside the line, under its digest."""


class Line(Struct, frozen=True):
    """The canonical line of a change, and the long texts that it names by ``{"$blob": digest}``."""

    content: bytes
    texts: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """The change's digest: long texts count by theirs."""
        return digest_bytes(self.content)


def line_of(change: Change) -> Line:
    """Write a change as a line."""
    body = change_body(change)
    content = canonical(body)
    if len(content) <= LONG:
        return Line(content, {})
    texts: dict[str, bytes] = {}
    return Line(canonical(_outsourced(body, texts)), texts)


def read_line(content: bytes, blobs: Mapping[str, bytes]) -> Mapping[str, Any]:
    """The body of a change; raises KeyError for a text that is not among ``blobs``, ValueError for no JSON."""
    body: Mapping[str, Any] = orjson.loads(content)
    return _insourced(body, blobs) if b'"$blob"' in content else body


def _outsourced(value: Any, texts: dict[str, bytes]) -> Any:
    if isinstance(value, str):
        if len(value) <= LONG:
            return value
        content = value.encode()
        texts[digest_bytes(content)] = content
        return {"$blob": digest_bytes(content)}
    if is_map(value):
        return {k: _outsourced(v, texts) for k, v in value.items()}
    return [_outsourced(v, texts) for v in value] if is_list(value) else value


def _insourced(value: Any, blobs: Mapping[str, bytes]) -> Any:
    if is_map(value):
        if len(value) == 1 and "$blob" in value:
            return blobs[value["$blob"]].decode()
        return {k: _insourced(v, blobs) for k, v in value.items()}
    return [_insourced(v, blobs) for v in value] if is_list(value) else value
