"""The key of the secrets is changed for all of them at once, or for none."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ....drivers.secrets import SecretRow
from ..records import EnvironmentRecord
from ..store import LeaseHeld, StateError, StateStore
from . import samples
from .bench import Bench, diagnostic, me, writing


def _renewed(environment_uid: str, row: SecretRow) -> SecretRow:
    return replace(
        row, key_id="key-2", nonce=b"\1" * 12, ciphertext=environment_uid.encode() + row.ciphertext
    )


class Keys(Bench):
    """Promises of ``StateStore.rekey``, and of every write of a secret after it."""

    @pytest.fixture
    def rows(self, store: StateStore, home: EnvironmentRecord) -> list[SecretRow]:
        """Two versions of one secret and one of another, encrypted with the recorded key."""
        store.set_key_id("key-1")
        record = samples.resource(home.uid)
        found = [samples.secret(record.uid, version=n) for n in (1, 2)] + [
            samples.secret(record.uid, "token")
        ]
        with writing(store, home) as writer:
            writer.commit([samples.written(record, secrets=tuple(found))])
        return found

    def test_every_secret_is_encrypted_anew_and_the_key_recorded(
        self, store: StateStore, home: EnvironmentRecord, rows: list[SecretRow]
    ) -> None:
        """References and versions stay."""
        assert store.rekey("key-1", "key-2", _renewed) == len(rows)
        reader = store.reader()
        assert reader.key_id() == "key-2"
        found = [reader.secret(home.uid, row.ref, row.version) for row in rows]
        assert found == [_renewed(home.uid, row) for row in rows]

    def test_nothing_is_written_where_one_secret_fails(
        self, store: StateStore, home: EnvironmentRecord, rows: list[SecretRow]
    ) -> None:
        """What was encrypted anew before it stays as it was."""

        def failing(environment_uid: str, row: SecretRow) -> SecretRow:
            if row == rows[-1]:
                raise LookupError
            return _renewed(environment_uid, row)

        with pytest.raises(LookupError):
            store.rekey("key-1", "key-2", failing)
        assert store.reader().key_id() == "key-1"
        assert [store.reader().secret(home.uid, row.ref, row.version) for row in rows] == rows

    def test_another_key_than_the_recorded_one_is_not_replaced(
        self, store: StateStore, home: EnvironmentRecord, rows: list[SecretRow]
    ) -> None:
        """Somebody else may have changed it meanwhile."""
        with pytest.raises(StateError) as error:
            store.rekey("key-0", "key-2", _renewed)
        assert diagnostic(error).code == "wrong-key"
        assert store.reader().secret(home.uid, rows[0].ref, "1") == rows[0]

    def test_the_key_stays_while_anybody_holds_an_environment(
        self, store: StateStore, home: EnvironmentRecord, rows: list[SecretRow]
    ) -> None:
        """Its holder seals with the key that it has read. Environments of other applications count, too."""
        other = store.register(samples.environment("other", "blog"))
        for held in (home, other):
            with store.hold(held.uid, me()), pytest.raises(LeaseHeld) as error:
                store.rekey("key-1", "key-2", _renewed)
            assert f"{held.application}/{held.name}" in diagnostic(error).message
        assert store.reader().secret(home.uid, rows[0].ref, "1") == rows[0]

    def test_what_was_sealed_with_the_former_key_is_not_written_any_more(
        self, store: StateStore, home: EnvironmentRecord, rows: list[SecretRow]
    ) -> None:
        """Nobody could open it."""
        store.rekey("key-1", "key-2", _renewed)
        row = samples.secret(home.uid, "TOKEN")
        with pytest.raises(StateError) as error:
            store.amend(home, [row])
        assert diagnostic(error).code == "wrong-key"
        store.amend(home, [replace(row, key_id="key-2")])
        assert store.reader().secret(home.uid, row.ref, "1") == replace(row, key_id="key-2")
