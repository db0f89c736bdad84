"""The files of a snapshot as one blob, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ..graph.narrow import is_map


def packed(files: Mapping[str, bytes]) -> bytes:
    """Files as one canonical blob: sorted JSON of latin-1 text, which keeps every byte."""
    return orjson.dumps({name: content.decode("latin-1") for name, content in sorted(files.items())})


def unpacked(blob: bytes) -> dict[str, bytes]:
    """The files that :func:`packed` put into a blob; raises ValueError for anything else."""
    files = orjson.loads(blob)
    if not is_map(files) or not all(isinstance(content, str) for content in files.values()):
        raise ValueError("this is no snapshot of files")
    return {name: str(content).encode("latin-1") for name, content in files.items()}
