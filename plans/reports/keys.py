"""What became of a store's key. Format version 1."""

from __future__ import annotations

from typing import Any

from ..operations.keys import KeyChange


def key_change(change: KeyChange) -> dict[str, Any]:
    """The key by its id, never by what it is made of."""
    return {
        "format": 1,
        "kind": "key-change",
        "done": change.done.value,
        "key": change.key_id,
        "file": str(change.file),
        "former": None if change.former is None else str(change.former),
        "secrets": change.secrets,
        "left": list(change.left),
    }
