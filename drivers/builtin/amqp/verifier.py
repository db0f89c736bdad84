"""What RabbitMQ checks a password by, computed here so that no request holds its clear text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

ALGORITHM = "rabbit_password_hashing_sha256"
_SALT_BYTES = 4


def verifier(password: str, salt: bytes | None = None) -> str:
    """Salt and SHA-256 of salt and password, as base64 (RabbitMQ, "Credentials and Passwords")."""
    salted = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    return base64.b64encode(salted + hashlib.sha256(salted + password.encode()).digest()).decode()


def fits(password: str, kept: str) -> bool:
    """Whether the server, which keeps ``kept``, takes the password."""
    try:
        salt = base64.b64decode(kept, validate=True)[:_SALT_BYTES]
    except binascii.Error:
        return False
    return hmac.compare_digest(verifier(password, salt), kept)
