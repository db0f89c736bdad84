"""SOPS' encryption: AES-256-GCM of every value, bound to the keys that lead to it, and a checksum of all of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from decimal import Decimal
from typing import Any

from ....graph.sealed import is_sealed
from .document import SealedDocument, scalars

_ONLY_ENCRYPTED = bytes.fromhex("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69")
"""What SOPS begins a checksum with that is over encrypted values only."""


class Tampered(ValueError):
    """A value or the whole file is not as SOPS wrote it."""


def opened(document: SealedDocument, keys: tuple[str, ...], data_key: bytes) -> str:
    """The clear text of the encrypted value at ``keys``, after the whole file was checked; raises Tampered."""
    check(document, data_key)
    names = _names(document, keys)
    text: str = document.value(keys)
    clear = decrypted(text, data_key, _about(names)).decode("utf-8", "surrogateescape")
    return clear.lower() if text.endswith("type:bool]") else clear


def check(document: SealedDocument, data_key: bytes) -> None:
    """Compare the file's checksum with that of its values; raises Tampered."""
    only_encrypted = document.metadata.get("mac_only_encrypted") is True
    total = hashlib.sha512(_ONLY_ENCRYPTED if only_encrypted else b"")
    for names, value in scalars(document.data):
        if is_sealed(value):
            total.update(decrypted(value, data_key, _about(names)))
        elif not only_encrypted:
            total.update(_text(value).encode("utf-8", "surrogateescape"))
    said = document.metadata.get("mac")
    changed = str(document.metadata.get("lastmodified"))
    if not isinstance(said, str) or not is_sealed(said):
        raise Tampered("the file has no checksum")
    wanted = decrypted(said, data_key, changed.encode())
    if not hmac.compare_digest(wanted, total.hexdigest().upper().encode()):
        raise Tampered("the file's checksum does not fit its values")


def decrypted(text: str, data_key: bytes, about: bytes) -> bytes:
    """The clear bytes of one encrypted value that is bound to ``about``; raises Tampered."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    parts = dict(part.split(":", 1) for part in text.removeprefix("ENC[AES256_GCM,").split(","))
    try:
        data, nonce, tag = (base64.b64decode(parts[name], validate=True) for name in ("data", "iv", "tag"))
        return AESGCM(data_key).decrypt(nonce, data + tag, about)
    except (InvalidTag, ValueError, KeyError):
        raise Tampered("a value was altered or moved") from None


def _names(document: SealedDocument, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys without those that are positions in lists."""
    lists = {i for i in range(len(keys)) if isinstance(document.value(keys[:i]), list)}
    return tuple(key for i, key in enumerate(keys) if i not in lists)


def _about(names: tuple[str, ...]) -> bytes:
    return "".join(f"{name}:" for name in names).encode("utf-8", "surrogateescape")


def _text(value: Any) -> str:
    """A scalar that is not encrypted, as SOPS writes it for the checksum."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        plain = format(Decimal(repr(value)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)
