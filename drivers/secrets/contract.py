"""What a secret store promises, and how its failures are told."""

from __future__ import annotations

from typing import Protocol

from ...graph.diagnostics import Diagnostic
from ...graph.errors import BakehouseError


class SecretError(BakehouseError):
    """A secret cannot be opened: missing, of another key, damaged, or in a store that nobody knows.

    The diagnostic names the reference, never the value.
    """


class SecretStore(Protocol):
    """Keeps secrets under references of its own form. Used by several threads at once; nothing is cached by callers.

    A store answers with clear text only from :meth:`reveal`. A new value always has a new version, so that
    comparing two versions tells whether the value changed; equal values may have different versions.
    """

    def reveal(self, ref: str, version: str | None) -> str:
        """The clear text of a version, or of the current one if None; raises SecretError.

        A store that keeps only the current value gives that one, whatever version is asked for.
        """
        ...

    def version_of(self, ref: str) -> str | None:
        """The current version, told without opening anything; None when it is not known. Raises nothing."""
        ...


def secret_error(code: str, message: str, hint: str) -> SecretError:
    """A SecretError with one diagnostic."""
    return SecretError(Diagnostic(code, message, hint=hint))
