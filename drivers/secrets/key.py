"""The key of a store's local secrets, as a value: what it encrypts with, what it makes versions with, its text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field

_PART = 32
_MARKS = {_PART: "bakehouse-key-1:", 2 * _PART: "bakehouse-key-2:"}
"""How the text of a key begins, by the number of its bytes."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and its id, by which it is recognised and from which it cannot be guessed. Never printed.

    A first key is 32 random bytes, from which both of its uses are derived. Its successor has 32 new ones and
    carries what versions are made with along, so that no version changes with the key.
    """

    id: str
    _material: bytes = field(repr=False)

    @classmethod
    def of(cls, material: bytes) -> Key:
        """The key made of 32 random bytes, or of 32 random bytes and 32 for versions; raises ValueError for others."""
        if len(material) not in _MARKS:
            raise ValueError("a key has 32 or 64 bytes")
        return cls(hashlib.sha256(b"bakehouse key id\0" + material).hexdigest()[:16], material)

    @classmethod
    def new(cls) -> Key:
        """A first key."""
        return cls.of(os.urandom(_PART))

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key that :attr:`text` wrote; raises ValueError for anything else."""
        mark, colon, rest = text.strip().partition(":")
        material = base64.b64decode(rest, validate=True)
        if _MARKS.get(len(material)) != mark + colon:
            raise ValueError("this is no key of Bakehouse")
        return cls.of(material)

    def successor(self) -> Key:
        """A new key that makes the same versions as this one."""
        return Key.of(os.urandom(_PART) + self.fingerprints)

    @property
    def text(self) -> str:
        """The key as its file holds it: one line, to be kept from everybody."""
        return f"{_MARKS[len(self._material)]}{base64.b64encode(self._material).decode()}\n"

    @property
    def encryption(self) -> bytes:
        """The 32 bytes that secrets are encrypted with."""
        return self._derived(b"local secrets")

    @property
    def fingerprints(self) -> bytes:
        """The 32 bytes that versions of other stores' values are made with."""
        return self._material[_PART:] or self._derived(b"fingerprints")

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.new(self._material[:_PART], b"bakehouse " + purpose, hashlib.sha256).digest()
