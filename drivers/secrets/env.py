"""The store ``env``: a reference names an environment variable of the process that needs the secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

from .contract import secret_error


class EnvStore:
    """Implements ``SecretStore`` over environment variables.

    There is only the current value. Its version is an HMAC of the value with a key of the store, so that it
    tells nothing about the value; without a key, or without the variable, it is not known.
    """

    def __init__(self, environ: Mapping[str, str], key: Callable[[], bytes | None]) -> None:
        self._environ = environ
        self._key = key

    def reveal(self, ref: str, version: str | None) -> str:
        """The variable's value now; raises SecretError (``secret-missing``)."""
        value = self._environ.get(ref)
        if value is None:
            raise secret_error(
                "secret-missing",
                f"the environment variable {ref} is not set, and a secret is taken from it",
                f"set {ref} in the shell or job that runs this command",
            )
        return value

    def version_of(self, ref: str) -> str | None:
        """The HMAC of the variable's value, or None."""
        value = self._environ.get(ref)
        key = None if value is None else self._key()
        if value is None or key is None:
            return None
        return hmac.new(key, value.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:32]
