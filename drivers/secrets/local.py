"""The store ``local``: encrypted rows in the state store, handed in by whoever can read them."""

from __future__ import annotations

from collections.abc import Callable

from .contract import secret_error
from .rows import SecretRow
from .vault import LocalVault


class LocalStore:
    """Implements ``SecretStore`` over encrypted rows; a reference is ``OWNER_UID/FIELD``, versions count from 1.

    ``rows`` answers the row of a reference and version, or of its newest version for None. ``vault`` is asked for
    only when something is opened (with the id of the row's own key, so that a rotation in between does no harm) or
    sealed (with None: the key that counts now): telling versions needs no key.
    """

    def __init__(
        self, vault: Callable[[str | None], LocalVault], rows: Callable[[str, str | None], SecretRow | None]
    ) -> None:
        self._vault = vault
        self._rows = rows

    def reveal(self, ref: str, version: str | None) -> str:
        """The clear text; raises SecretError."""
        row = self._rows(ref, version)
        if row is None:
            which = "" if version is None else f", version {version},"
            raise secret_error(
                "secret-missing",
                f"the secret {ref}{which} is not in the state",
                "go back to a backup of the state, or give it a new value with 'bakehouse rotate'",
            )
        return self._vault(row.key_id).open(row)

    def version_of(self, ref: str) -> str | None:
        """The newest version, or None if there is none."""
        row = self._rows(ref, None)
        return None if row is None else row.version

    def seal(self, resource_uid: str, field: str, version: str, clear: str) -> SecretRow:
        """A new version as a row, to be recorded by the caller together with what refers to it."""
        return self._vault(None).seal(resource_uid, field, version, clear)
