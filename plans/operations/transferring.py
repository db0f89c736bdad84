"""The verbs *state export* and *state import*: an environment from one store into another, with its history and secrets."""

from __future__ import annotations

from collections.abc import Callable

from ...drivers.secrets import Key, KeyFile, LocalVault, SecretRow
from ..state.dump import Dump
from ..state.holder import current_holder
from ..state.records import EnvironmentRecord
from ..state.store import StateStore
from .keys import import_key
from .workbench import Workbench

KeyFiles = Callable[[str], KeyFile]
"""Where the key of a store lies, by the store's id."""


def take_out(bench: Workbench, environment: EnvironmentRecord, wait: float = 0.0) -> Dump:
    """Everything about an environment, while nobody else changes it; raises LeaseHeld, StateError."""
    holder = current_holder(bench.actor, "bakehouse state export")
    with bench.store.hold(environment.uid, holder, wait=wait):
        return bench.store.take_out(environment.uid)


def put_in(store: StateStore, dump: Dump, files: KeyFiles) -> EnvironmentRecord:
    """Add an environment that was taken out of another store, its secrets encrypted for this one.

    A store that has no key yet gets that of the other one, so that no version of a secret changes. Raises SecretError
    where a key is not at hand, StateError; then nothing was imported.
    """
    store.ensure()
    reader = store.reader()
    if dump.key_id is None:
        return store.put_in(dump, lambda uid, row: row)
    former, file = files(dump.store_id).read(dump.key_id), files(reader.store_id)
    if reader.key_id() is None:
        import_key(store, file, former.text)
    return store.put_in(dump, _Resealing(dump.store_id, reader.store_id, former, file.read(reader.key_id())))


class _Resealing:
    """Opens as the one store keeps secrets, and seals as the other."""

    def __init__(self, former_store: str, store: str, former: Key, new: Key) -> None:
        self._stores = ((former, former_store), (new, store))

    def __call__(self, environment_uid: str, row: SecretRow) -> SecretRow:
        before, after = (LocalVault(k.encryption, k.id, s, environment_uid) for k, s in self._stores)
        return after.seal(row.owner, row.field, row.version, before.open(row))
