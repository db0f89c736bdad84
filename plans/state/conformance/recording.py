"""What is committed is recorded, whole or not at all, and read back as it was."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ....graph.values import Secret, Text
from ..records import (
    Deposed,
    EnvironmentRecord,
    PendingOperation,
    RecordedConnection,
    ResourceStatus,
    StepStatus,
)
from ..store import BasisMoved, StateError, StateStore, Write
from . import samples
from .bench import Bench, OpenStore, recorded, writing


class Recording(Bench):
    """Promises of ``StateWriter.commit`` and of what reads it."""

    def test_a_committed_resource_is_read_back_equal(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Every field, also in another process."""
        password = Secret("local", "uid/password", "3")
        connection = RecordedConnection("server", "postgres", {"password": password})
        pending = PendingOperation("update", 2, "a/update", {"x": [password, None]}, 7, samples.MOMENT, 2)
        old = Deposed(1, "postgres", 1, {"a": 1.5}, {"$b": {}}, {"c": Text(("x", password))}, connection)
        record = samples.resource(
            home.uid,
            status=ResourceStatus.PENDING,
            outputs={"url": Text(("postgres://", password, "@db")), "odd": {"$map": {"$": True}}},
            private={"p": ["é", "\0", "😀"]},
            connection=connection,
            on_remove="protect",
            workload="web",
            runtime=True,
            adopted=True,
            pending=pending,
            deposed=(old,),
        )
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
        assert recorded(open_store(), home).resources == {record.address: record}

    def test_a_group_is_written_whole_or_not_at_all(self, store: StateStore, home: EnvironmentRecord) -> None:
        """One row that moved undoes rows, steps, events, secrets and the serial of the whole group."""
        first, second = samples.resource(home.uid, 1), samples.resource(home.uid, 2)
        with writing(store, home) as writer:
            writer.commit([samples.written(second)])
            before = recorded(store, home)
            secret = samples.secret(first.uid)
            with pytest.raises(BasisMoved):
                writer.commit(
                    [samples.written(first, secrets=(secret,)), samples.written(second)], [{"n": 1}]
                )
        after = recorded(store, home)
        assert after.resources == before.resources
        assert after.environment.serial == before.environment.serial
        assert [s.address for s in store.reader().steps(home.uid, 1)] == [second.address]
        assert store.reader().events(home.uid, 1) == ()
        assert store.reader().secret(home.uid, secret.ref, None) is None

    @pytest.mark.parametrize("version", [1, 2, 4])
    def test_a_row_at_another_version_is_not_overwritten(
        self, store: StateStore, home: EnvironmentRecord, version: int
    ) -> None:
        """The refusal names the address; what is recorded stays."""
        record = samples.resource(home.uid)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
            writer.commit([samples.written(samples.again(record))])
            with pytest.raises(BasisMoved) as error:
                writer.commit([samples.written(replace(record, row_version=version, slug="lost"))])
        assert error.value.diagnostics[0].address == str(record.address)
        assert recorded(store, home).resources[record.address] == samples.again(record)

    def test_a_row_that_is_not_there_is_not_updated(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Nor removed."""
        record = samples.resource(home.uid)
        with writing(store, home) as writer:
            with pytest.raises(BasisMoved):
                writer.commit([samples.written(samples.again(record))])
            with pytest.raises(BasisMoved):
                writer.commit([Write(remove=record.address)])
        assert recorded(store, home).resources == {}

    def test_one_address_several_times_in_a_group_is_written_in_order(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Intent, outcome, removal and a new birth may be committed together."""
        born = samples.resource(home.uid)
        reborn = replace(born, birth=2, slug="second")
        with writing(store, home) as writer:
            writer.commit(
                [
                    samples.written(born),
                    samples.written(samples.again(born)),
                    Write(remove=born.address),
                    samples.written(reborn),
                ]
            )
        assert recorded(store, home).resources == {reborn.address: reborn}
        assert recorded(store, home).births == {reborn.address: 2}

    def test_a_chain_and_a_swap_move_at_once(self, store: StateStore, home: EnvironmentRecord) -> None:
        """No address needs to be free in between; births stay at the old addresses, versions go on."""
        first, second, third = (samples.resource(home.uid, n) for n in range(3))
        with writing(store, home) as writer:
            writer.commit([samples.written(r) for r in (first, second, third)])
            swapped = [
                Write(put=samples.again(first, address=second.address), moved_from=first.address),
                Write(put=samples.again(second, address=first.address), moved_from=second.address),
                Write(put=samples.again(third, address=samples.address(7)), moved_from=third.address),
            ]
            writer.commit(swapped)
        found = recorded(store, home)
        assert {a: r.uid for a, r in found.resources.items()} == {
            second.address: first.uid,
            first.address: second.uid,
            samples.address(7): third.uid,
        }
        assert {r.row_version for r in found.resources.values()} == {2}
        assert found.births[third.address] == 1

    def test_a_move_onto_a_row_that_stays_moves_nothing(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Nor does one of a row that is at another version."""
        first, second = samples.resource(home.uid, 1), samples.resource(home.uid, 2)
        with writing(store, home) as writer:
            writer.commit([samples.written(first), samples.written(second)])
            before = recorded(store, home)
            onto = samples.again(first, address=second.address)
            late = samples.again(samples.again(first), address=samples.address(9))
            for write in (onto, late):
                with pytest.raises(BasisMoved):
                    writer.commit([Write(put=write, moved_from=first.address)])
        assert recorded(store, home) == before

    def test_births_stay_when_a_resource_goes_and_never_fall(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """A resource that moved here with a lower birth does not take the count back."""
        record = replace(samples.resource(home.uid), birth=3)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
            writer.commit([Write(remove=record.address)])
            assert recorded(store, home).births == {record.address: 3}
            writer.commit([samples.written(replace(record, birth=1))])
            assert recorded(store, home).births == {record.address: 3}
            writer.commit([Write(remove=record.address)])
        assert recorded(store, home).births == {record.address: 3}
        assert recorded(store, home).resources == {}

    def test_steps_are_read_in_the_order_first_written(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """An outcome replaces its intent where it stood."""
        first, second = samples.resource(home.uid, 1), samples.resource(home.uid, 2)
        intents = [samples.step(r, StepStatus.INTENT) for r in (second, first)]
        with writing(store, home) as writer:
            writer.commit([Write(step=s) for s in intents])
            writer.commit([Write(step=samples.step(second))])
        assert store.reader().steps(home.uid, 1) == (samples.step(second), intents[1])

    def test_events_are_read_in_order_by_deployment(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Each belongs to the deployment that had begun last."""
        for number in (1, 2):
            with writing(store, home) as writer:
                writer.commit([], [{"n": number, "i": 0}, {"n": number, "i": 1}])
                writer.commit([], [{"n": number, "i": 2}])
        assert store.reader().events(home.uid, 2) == tuple({"n": 2, "i": i} for i in range(3))
        assert store.reader().events(home.uid, 3) == ()

    def test_every_write_raises_the_serial(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Begin, commit, amendments; reading and heart-beats do not."""
        serials = [recorded(store, home).environment.serial]
        with writing(store, home) as writer:
            serials.append(recorded(store, home).environment.serial)
            writer.commit([samples.written(samples.resource(home.uid))])
            serials.append(recorded(store, home).environment.serial)
            writer.heartbeat()
            assert recorded(store, home).environment.serial == serials[-1]
        store.amend(recorded(store, home).environment)
        serials.append(recorded(store, home).environment.serial)
        assert serials == sorted(set(serials))

    def test_a_secret_is_read_by_version_or_newest(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Versions are numbers: 10 is newer than 9."""
        record = samples.resource(home.uid)
        rows = tuple(samples.secret(record.uid, version=v) for v in (9, 10))
        with writing(store, home) as writer:
            writer.commit([samples.written(record, secrets=rows)])
        reader = store.reader()
        assert reader.secret(home.uid, rows[0].ref, None) == rows[1]
        assert reader.secret(home.uid, rows[0].ref, "9") == rows[0]
        assert reader.secret(home.uid, rows[0].ref, "11") is None
        assert reader.secret(home.uid, rows[0].ref, "x") is None

    def test_dropping_secrets_takes_all_versions_of_one_owner(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """And nobody else's."""
        gone, stays = samples.resource(home.uid, 1), samples.resource(home.uid, 2)
        rows = [samples.secret(gone.uid, f, v) for f in ("a", "b") for v in (1, 2)]
        kept = samples.secret(stays.uid, "a")
        with writing(store, home) as writer:
            writer.commit(
                [samples.written(gone, secrets=tuple(rows)), samples.written(stays, secrets=(kept,))]
            )
            writer.commit([Write(remove=gone.address, drop_secrets=(f"{gone.uid}/",))])
        reader = store.reader()
        assert [reader.secret(home.uid, r.ref, r.version) for r in rows] == [None] * 4
        assert reader.secret(home.uid, kept.ref, "1") == kept

    def test_a_value_that_json_cannot_hold_is_refused(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """And told, with the address."""
        record = samples.resource(home.uid, outputs={"n": 2**70})
        with writing(store, home) as writer, pytest.raises(StateError, match=str(record.address)):
            writer.commit([samples.written(record)])
        assert recorded(store, home).resources == {}

    def test_a_reader_sees_one_committed_state(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """A snapshot that was taken does not change, and readers need no lease."""
        other = open_store()
        with writing(store, home) as writer:
            writer.commit([samples.written(samples.resource(home.uid, 1))])
            before = recorded(other, home)
            writer.commit([samples.written(samples.resource(home.uid, 2))])
            assert len(before.resources) == 1
            assert len(recorded(other, home).resources) == 2
