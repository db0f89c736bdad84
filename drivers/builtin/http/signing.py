"""The signature of a request: HMAC-SHA256 over its time, path and body. Pure.

What is signed names the time, so that a service can refuse what somebody recorded and sends again.
"""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP = "Bakehouse-Timestamp"
KEY = "Bakehouse-Key"
SIGNATURE = "Bakehouse-Signature"


def signed(secret: bytes, key_id: str, path: str, body: bytes, now: int) -> dict[str, str]:
    """The headers that sign a POST of ``body`` to ``path`` at ``now``, in seconds since 1970."""
    said = b"\n".join((str(now).encode(), path.encode(), body))
    digest = hmac.new(secret, said, hashlib.sha256).hexdigest()
    return {TIMESTAMP: str(now), KEY: key_id, SIGNATURE: f"v1={digest}"}
