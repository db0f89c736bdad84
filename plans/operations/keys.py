"""The verbs of a store's key: make the first one, bring one along, put another in its place."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from ...drivers.secrets import Key, KeyFile, LocalVault, SecretError, SecretRow
from ...graph.diagnostics import Diagnostic
from ...graph.errors import BakehouseError, InvalidInput
from ..state.store import StateStore


class KeyDone(StrEnum):
    """What became of a key."""

    MADE = "made"
    IMPORTED = "imported"
    PRESENT = "present"
    ROTATED = "rotated"


class KeyChange(Struct, frozen=True):
    """What was done: the key that counts now, its file, where a former one lies, how many secrets there are.

    ``left`` names those that could not be opened and stay as they were.
    """

    done: KeyDone
    key_id: str
    file: Path
    former: Path | None = None
    secrets: int = 0
    left: tuple[str, ...] = ()


def init_key(store: StateStore, file: KeyFile) -> KeyChange:
    """Make the first key of a store, or take the one that lies in its place; raises InvalidInput where there is one.

    The file is durable before the store records it.
    """
    recorded = store.reader().key_id()
    if recorded is not None:
        raise InvalidInput(
            Diagnostic(
                "key-exists",
                f"this state has a key already: its secrets are encrypted with key {recorded}",
                hint="'bakehouse key import FILE' brings it to this machine, 'bakehouse key rotate' makes another",
            )
        )
    made = file.write(Key.new())
    key = file.read(None)
    try:
        store.set_key_id(key.id)
    except BakehouseError:
        if made:
            file.discard()
        raise
    return KeyChange(KeyDone.MADE, key.id, file.path)


def import_key(store: StateStore, file: KeyFile, text: str) -> KeyChange:
    """Put a key that was made elsewhere into its place on this machine; raises InvalidInput for another state's key.

    A store without a key has this one from now on. Another key that lies in the place is kept beside it.
    """
    recorded = store.reader().key_id()
    try:
        key = Key.parse(text)
    except ValueError:
        message = "what was given is no key of Bakehouse"
        hint = "a key is one line that begins with 'bakehouse-key-'"
        raise InvalidInput(Diagnostic("wrong-key", message, hint=hint)) from None
    if recorded not in (None, key.id):
        message = f"this is key {key.id}, and the secrets of this state are encrypted with key {recorded}"
        raise InvalidInput(Diagnostic("wrong-key", message, hint="import the key that belongs to this state"))
    if file.exists() and file.read(None).id == key.id:
        store.set_key_id(key.id)
        return KeyChange(KeyDone.PRESENT, key.id, file.path)
    file.beside(key.id).write(key)
    former = file.settle(key)
    store.set_key_id(key.id)
    return KeyChange(KeyDone.IMPORTED, key.id, file.path, former)


def rotate_key(store: StateStore, file: KeyFile) -> KeyChange:
    """Encrypt every secret of the store with a new key. No version changes, so no plan does.

    Raises SecretError where the present key is not at hand, LeaseHeld while anybody applies. Whenever it is
    interrupted, all secrets can be opened: the new key is durable before the store records it, and the former one
    is kept, because backups made before are encrypted with it. A secret that was damaged before stays so.
    """
    reader = store.reader()
    former = file.read(reader.key_id())
    new = former.successor()
    resealing = _Resealing(reader.store_id, former, new)
    staged = file.beside(new.id)
    staged.write(new)
    try:
        store.set_key_id(former.id)  # where there is a key already, and nothing was sealed yet
        secrets = store.rekey(former.id, new.id, resealing)
    except BakehouseError:
        if reader.key_id() != new.id:
            staged.discard()
        raise
    left = tuple(resealing.left)
    return KeyChange(KeyDone.ROTATED, new.id, file.path, file.settle(new), secrets, left)


class _Resealing:
    """Opens with one key and seals with another; ``left`` are the references of what cannot be opened."""

    def __init__(self, store_id: str, former: Key, new: Key) -> None:
        self._store_id = store_id
        self._keys = (former, new)
        self.left: list[str] = []

    def __call__(self, environment_uid: str, row: SecretRow) -> SecretRow:
        before, after = (LocalVault(k.encryption, k.id, self._store_id, environment_uid) for k in self._keys)
        try:
            clear = before.open(row)
        except SecretError:
            self.left.append(row.ref)
            return row
        return after.seal(row.owner, row.field, row.version, clear)
