"""Encrypts and decrypts the local store's secrets: AES-256-GCM, bound to the place that each belongs to."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

import orjson

from .contract import secret_error
from .rows import SecretRow

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class LocalVault:
    """Seals and opens the secrets of one environment. Reads and writes nothing; usable by several threads.

    A row opens only as the version, field, owner, environment and store that it was sealed for: one that was
    moved elsewhere counts as damaged.
    """

    def __init__(self, key: bytes, key_id: str, store_id: str, environment_uid: str) -> None:
        self._key = key
        self._key_id = key_id
        self._place = (store_id, environment_uid)

    def seal(self, resource_uid: str, field: str, version: str, clear: str) -> SecretRow:
        """The row for a new version of ``field`` of a resource (or environment), to be recorded by the caller."""
        nonce = os.urandom(_NONCE_BYTES)
        ref = f"{resource_uid}/{field}"
        text = clear.encode("utf-8", "surrogateescape")
        return SecretRow(
            ref, version, self._key_id, nonce, self._cipher.encrypt(nonce, text, self._about(ref, version))
        )

    def open(self, row: SecretRow) -> str:
        """The clear text; raises SecretError: ``wrong-key``, or ``secret-damaged`` for a row that was altered or moved."""
        from cryptography.exceptions import InvalidTag

        if row.key_id != self._key_id:
            raise secret_error(
                "wrong-key",
                f"the secret {row.ref} is encrypted with key {row.key_id}, and the key at hand is {self._key_id}",
                "bring back the key that belongs to this state",
            )
        try:
            clear = self._cipher.decrypt(row.nonce, row.ciphertext, self._about(row.ref, row.version))
        except (InvalidTag, ValueError) as error:
            raise secret_error(
                "secret-damaged",
                f"the stored secret {row.ref}, version {row.version}, was altered",
                "go back to a backup of the state, or give it a new value with 'bakehouse rotate'",
            ) from error
        return clear.decode("utf-8", "surrogateescape")

    def _about(self, ref: str, version: str) -> bytes:
        owner, _, field = ref.partition("/")
        return orjson.dumps([*self._place, owner, field, version])

    @cached_property
    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)
