"""Values that are not known yet, as text that a server takes for one and that is told apart again in its answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, Text, Unknown, Value, fill, leaves

_MARKER = re.compile(r"bkh-unknown-[0-9a-f]{8}")
_TEXTUAL = ("string", "any")
GONE = object()
"""Stands for a part that is left out."""


class Markers:
    """The markers of one manifest. ``left_out`` is what cannot be marked, because it is no text, by its path."""

    def __init__(self) -> None:
        self._phrases: dict[str, str] = {}
        self.left_out: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._phrases)

    def marked(self, value: Value) -> Value:
        """``value`` with a marker for each text that is not known; what is not known and no text is left out."""
        kept = _without(
            value, lambda leaf: isinstance(leaf, Unknown) and leaf.type not in _TEXTUAL, self.left_out, ""
        )
        return fill(kept, self._marker)

    def bare(self, value: Value) -> Value:
        """``value`` without any part that is not known, for servers that take no marker there."""
        return _without(value, lambda leaf: bool(leaves(leaf)), self.left_out, "")

    def restored(self, value: Any) -> Any:
        """A server's answer with what the markers stand for, also inside text."""
        if isinstance(value, str):
            return _MARKER.sub(lambda found: self._phrases.get(found[0], found[0]), value)
        if is_map(value):
            return {name: self.restored(item) for name, item in value.items()}
        return [self.restored(item) for item in value] if is_list(value) else value

    def _marker(self, leaf: Unknown | Secret) -> Value:
        if isinstance(leaf, Secret):
            return leaf
        text = f"{leaf.source}/{'.'.join(leaf.path)}"
        marker = f"bkh-unknown-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        self._phrases[marker] = str(leaf)
        return marker


def _without(value: Value, drop: Callable[[Value], bool], told: dict[str, str], path: str) -> Value:
    if isinstance(value, Unknown | Secret | Text):
        if not drop(value):
            return value
        told[path] = str(value)
        return GONE
    if is_map(value):
        found = {n: _without(v, drop, told, f"{path}.{n}" if path else n) for n, v in value.items()}
        return {name: item for name, item in found.items() if item is not GONE}
    if is_list(value):
        items = [_without(v, drop, told, f"{path}[{index}]") for index, v in enumerate(value)]
        return [item for item in items if item is not GONE]
    return value
