"""One encrypted version of a secret, as the state store keeps it."""

from __future__ import annotations

from msgspec import Struct


class SecretRow(Struct, frozen=True):
    """One version of a secret of the local store, encrypted; ``ref`` is ``OWNER_UID/FIELD``, ``version`` a number from 1.

    The owner is the resource whose output it is, or the environment whose variable it is.
    """

    ref: str
    version: str
    key_id: str
    nonce: bytes
    ciphertext: bytes

    @property
    def owner(self) -> str:
        """The uid of the resource or environment that the secret belongs to."""
        return self.ref.partition("/")[0]

    @property
    def field(self) -> str:
        """The output or variable."""
        return self.ref.partition("/")[2]
