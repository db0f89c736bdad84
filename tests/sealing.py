"""Writes what SOPS writes, by its published format, for tests that need many files; real ones lie in fixtures."""

import base64
import hashlib
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MOMENT = "2026-01-02T03:04:05Z"


def sealed_json(data: dict[str, Any], recipient: str) -> dict[str, Any]:
    """A map of texts, as deep as one likes, encrypted for one age recipient."""
    import pyrage

    key = os.urandom(32)
    total = hashlib.sha512()
    sealed = {name: _sealed(value, key, f"{name}:", total) for name, value in data.items()}
    wrapped = pyrage.encrypt(key, [pyrage.x25519.Recipient.from_str(recipient)])
    body = base64.encodebytes(wrapped).decode()
    armor = f"-----BEGIN AGE ENCRYPTED FILE-----\n{_lines(body)}-----END AGE ENCRYPTED FILE-----\n"
    metadata = {
        "age": [{"recipient": recipient, "enc": armor}],
        "lastmodified": MOMENT,
        "mac": encrypted(total.hexdigest().upper(), key, MOMENT),
        "version": "3.13.3",
    }
    return {**sealed, "sops": metadata}


def encrypted(clear: str, key: bytes, about: str) -> str:
    """One encrypted value."""
    nonce = os.urandom(32)
    both = AESGCM(key).encrypt(nonce, clear.encode(), about.encode())
    parts = {"data": both[:-16], "iv": nonce, "tag": both[-16:]}
    shown = ",".join(f"{name}:{base64.b64encode(part).decode()}" for name, part in parts.items())
    return f"ENC[AES256_GCM,{shown},type:str]"


def _sealed(value: Any, key: bytes, about: str, total: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sealed(item, key, f"{about}{name}:", total) for name, item in value.items()}
    total.update(value.encode())
    return encrypted(value, key, about)


def _lines(text: str) -> str:
    """The same base64 in lines of 64 characters, as age writes it."""
    whole = text.replace("\n", "")
    return "".join(f"{whole[i : i + 64]}\n" for i in range(0, len(whole), 64))
