"""All secret stores of one environment behind one door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial

from msgspec import Struct

from ...graph.diagnostics import did_you_mean
from ...graph.stores import ENV, LOCAL, SOPS
from ...graph.values import Secret
from .contract import SecretError, SecretStore, secret_error
from .elsewhere import ElsewhereStore, Rows, home_of
from .env import EnvStore
from .installed import installed_store
from .key import Key
from .keyfile import KeyFile
from .local import LocalStore
from .rows import SecretRow
from .sops import Identities, SealedFiles, SopsStore
from .vault import LocalVault


class Secrets:
    """Opens secrets by their references and seals new ones for the local store. Usable by several threads."""

    def __init__(
        self,
        local: LocalStore,
        others: Mapping[str, SecretStore],
        elsewhere: ElsewhereStore,
        further: Callable[[str], SecretStore | None] = lambda name: None,
    ) -> None:
        self._local = local
        self._elsewhere = elsewhere
        self._further = further
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
        store = self._stores.get(secret.store) or self._further(secret.store)
        if store is None:
            raise secret_error(
                "secret-store-unknown",
                f"the secret {secret.ref} lies in the store '{secret.store}', which is not known here",
                did_you_mean(secret.store, self._stores),
            )
        self._stores[secret.store] = store
        return store


class KeyHolder:
    """The keys of one store, each read when it is first needed and only then.

    ``recorded`` answers the id of the key that the store's secrets are encrypted with, None before the first.
    """

    def __init__(self, file: KeyFile, recorded: Callable[[], str | None]) -> None:
        self._file = file
        self._recorded = recorded
        self._read: dict[str, Key] = {}

    @cached_property
    def key(self) -> Key:
        """The key that the store records; raises SecretError."""
        return self._file.read(self._recorded())

    def of(self, key_id: str) -> Key:
        """The key with this id, the recorded one or one that was until a moment ago; raises SecretError."""
        if key_id not in self._read:
            self._read[key_id] = self._file.read(key_id)
        return self._read[key_id]

    def fingerprints(self) -> bytes | None:
        """The key for versions of values, None where there is no fitting key."""
        try:
            return self.key.fingerprints
        except SecretError:
            return None


class Kept(Struct, frozen=True):
    """Where the secrets of one environment lie.

    ``rows`` are those of its own. ``given`` answers where a secret of another environment lies that a reference
    brought here, None for any other. ``files`` are the encrypted files that its deployment recorded.
    """

    rows: Rows
    given: Callable[[str], Rows | None] = lambda ref: None
    files: SealedFiles = lambda path: ()


def environment_secrets(
    holder: KeyHolder, store_id: str, environment_uid: str, kept: Kept, environ: Mapping[str, str]
) -> Secrets:
    """The secrets of one environment: ``local`` over its rows, ``env`` over ``environ``, ``sops`` over its files.

    Stores that packages offer are loaded when one of their secrets is asked for.
    """

    def vault(uid: str, key_id: str | None) -> LocalVault:
        key = holder.key if key_id is None else holder.of(key_id)
        return LocalVault(key.encryption, key.id, store_id, uid)

    others: dict[str, SecretStore] = {
        ENV: EnvStore(environ, holder.fingerprints),
        SOPS: SopsStore(kept.files, Identities(environ)),
    }
    local = LocalStore(partial(vault, environment_uid), kept.rows)
    elsewhere = ElsewhereStore(kept.given, vault)
    return Secrets(local, others, elsewhere, partial(installed_store, environ=environ))
