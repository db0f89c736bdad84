"""All secret stores of one environment behind one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from ...graph.diagnostics import did_you_mean
from ...graph.values import Secret
from .contract import SecretError, SecretStore, secret_error
from .elsewhere import ElsewhereStore, Rows, home_of
from .env import EnvStore
from .key import Key, KeyFile
from .local import LocalStore
from .rows import SecretRow
from .vault import LocalVault

LOCAL = "local"
ENV = "env"


class Secrets:
    """Opens secrets by their references and seals new ones for the local store. Usable by several threads."""

    def __init__(
        self, local: LocalStore, others: Mapping[str, SecretStore], elsewhere: ElsewhereStore
    ) -> None:
        self._local = local
        self._elsewhere = elsewhere
        self._stores: dict[str, SecretStore] = {**others, LOCAL: local}

    def reveal(self, secret: Secret) -> str:
        """The clear text; raises SecretError (``secret-missing``, ``no-key``, ``wrong-key``, ``secret-damaged``)."""
        return self._store(secret).reveal(secret.ref, secret.version)

    def version_of(self, secret: Secret) -> str | None:
        """The current version of what the reference names, None when it is not known; raises SecretError."""
        return self._store(secret).version_of(secret.ref)

    def seal(self, resource_uid: str, field: str, version: str, clear: str) -> SecretRow:
        """A new version of a secret of the local store, encrypted; writes nothing."""
        return self._local.seal(resource_uid, field, version, clear)

    def _store(self, secret: Secret) -> SecretStore:
        if secret.store == LOCAL and home_of(secret.ref)[0] is not None:
            return self._elsewhere
        store = self._stores.get(secret.store)
        if store is None:
            raise secret_error(
                "secret-store-unknown",
                f"the secret {secret.ref} lies in the store '{secret.store}', which is not known here",
                did_you_mean(secret.store, self._stores),
            )
        return store


class KeyHolder:
    """The key of one store, read when it is first needed and only then.

    ``recorded`` answers the id of the key that the store's secrets are encrypted with, None before the first.
    """

    def __init__(self, file: KeyFile, recorded: Callable[[], str | None]) -> None:
        self._file = file
        self._recorded = recorded

    @cached_property
    def key(self) -> Key:
        """The key; raises SecretError."""
        return self._file.read(self._recorded())

    def fingerprints(self) -> bytes | None:
        """The key for versions of values, None where there is no fitting key."""
        try:
            return self.key.fingerprints
        except SecretError:
            return None


def environment_secrets(
    holder: KeyHolder,
    store_id: str,
    environment_uid: str,
    rows: Rows,
    environ: Mapping[str, str],
    given: Callable[[str], Rows | None] = lambda ref: None,
) -> Secrets:
    """The secrets of one environment: ``local`` over ``rows`` and ``env`` over ``environ``.

    ``given`` answers where a secret of another environment lies that a reference brought here, None for any other.
    """

    def vault(uid: str) -> LocalVault:
        key = holder.key
        return LocalVault(key.encryption, key.id, store_id, uid)

    local = LocalStore(lambda: vault(environment_uid), rows)
    return Secrets(local, {ENV: EnvStore(environ, holder.fingerprints)}, ElsewhereStore(given, vault))
