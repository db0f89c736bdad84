"""Values as the program can take them while planning: in the place of what is not known stands something else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, Unknown, Value, fill

_NUMBERS = 1_900_000_000
"""Numbers from here on stand for numbers; no sensible value has so many, and 32 bits hold them."""


class Standins:
    """One set of stand-ins; another ``salt`` gives other ones. Without ``reveal`` secrets have stand-ins, too."""

    def __init__(self, salt: str, reveal: Callable[[Secret], str] | None = None) -> None:
        self._salt = salt
        self._reveal = reveal
        self._phrases: dict[str, str] = {}

    def filled(self, values: Value) -> Any:
        """``values`` without any leaf."""
        return fill(values, self._answer)

    def restored(self, found: Any) -> Any:
        """What the program made of the values, with the phrases that the stand-ins are for, also inside text."""
        if not self._phrases:
            return found
        if is_map(found):
            return {self._in_text(str(name)): self.restored(item) for name, item in found.items()}
        if is_list(found):
            return [self.restored(item) for item in found]
        if isinstance(found, str):
            return self._in_text(found)
        return found if isinstance(found, bool) else self._phrases.get(str(found), found)

    def _in_text(self, text: str) -> str:
        form = "|".join(map(re.escape, self._phrases))
        return re.sub(form, lambda found: self._phrases[found[0]], text)

    def _answer(self, leaf: Unknown | Secret) -> Value:
        if isinstance(leaf, Secret):
            known = self._reveal is not None and leaf.version is not None
            return (
                self._reveal(leaf)
                if known and self._reveal
                else self._text(f"{leaf.store}:{leaf.ref}", str(leaf))
            )
        source = f"{leaf.source}/{'.'.join(leaf.path)}"
        if leaf.type in ("integer", "number"):
            number = _NUMBERS + int(self._digest(source), 16) % 200_000_000
            self._phrases[str(number)] = str(leaf)
            return number
        if leaf.type == "boolean":
            return True
        if leaf.type == "object":
            return {}
        return [] if leaf.type == "array" else self._text(source, str(leaf))

    def _text(self, source: str, phrase: str) -> str:
        text = f"bkh-later-{self._digest(source)}"
        self._phrases[text] = phrase
        return text

    def _digest(self, source: str) -> str:
        return hashlib.sha256(f"{self._salt}/{source}".encode()).hexdigest()[:8]
