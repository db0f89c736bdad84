"""Values that stand encrypted in a file, as SOPS writes them: how they are referred to, recognised and told apart."""

from __future__ import annotations

import re

from msgspec import Struct

from .fingerprint import digest_bytes

METADATA = "sops"
"""The key, at the top of an encrypted file, below which SOPS keeps what is needed to open the rest."""

APPLICATION = "application:"
"""What stands before the path in a recorded reference to a file of the application; the others are the catalog's."""

_SEALED = re.compile(r"ENC\[AES256_GCM,data:[^,]+,iv:[^,]+,tag:[^,]+,type:[a-z]+\]\Z")
_VERSION_DIGITS = 32


class SealedRef(Struct, frozen=True):
    """Where an encrypted value stands: a file, and the keys (positions in lists as digits) that lead to it."""

    path: str
    keys: tuple[str, ...]

    @classmethod
    def parse(cls, ref: str) -> SealedRef:
        """``FILE#KEY/KEY``, in keys ``~1`` for ``/`` and ``~0`` for ``~``; raises ValueError saying what is wrong."""
        path, mark, pointer = ref.partition("#")
        steps = pointer.removeprefix("/")
        if not path or not mark or not steps:
            raise ValueError("expected FILE#KEY, or FILE#KEY/KEY for what lies deeper")
        keys = tuple(step.replace("~1", "/").replace("~0", "~") for step in steps.split("/"))
        if keys[0] == METADATA:
            raise ValueError(f"below '{METADATA}' there are no secrets")
        return cls(path, keys)


def is_sealed(value: object) -> bool:
    """Whether this is an encrypted value."""
    return isinstance(value, str) and _SEALED.match(value) is not None


def sealed_version(value: str) -> str:
    """The version of an encrypted value: another ciphertext, another version. Needs no key."""
    return digest_bytes(value.encode())[:_VERSION_DIGITS]
