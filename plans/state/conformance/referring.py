"""Who reads whom is recorded with the reader, and an owner does not end under it unnoticed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ..records import EnvironmentRecord, Owner, PendingOperation, ResourceRecord, ResourceStatus
from ..store import Ending, OwnerGone, Referred, StateStore, Write
from . import samples
from .bench import Bench, recorded, writing


class Referring(Bench):
    """Promises about ``ResourceRecord.owner``, ``Write.ending`` and the two ways to ask for referrers."""

    @pytest.fixture
    def elsewhere(self, store: StateStore, home: EnvironmentRecord) -> EnvironmentRecord:
        """Another application's environment in the same store, with one resource."""
        other = store.register(samples.environment("production", "platform"))
        with writing(store, other) as writer:
            writer.commit([samples.written(samples.resource(other.uid))])
        return other

    def test_a_reference_is_told_on_both_sides(
        self, store: StateStore, home: EnvironmentRecord, elsewhere: EnvironmentRecord
    ) -> None:
        """By the names that the reader's environment has now; the owner's environment is not touched."""
        before = recorded(store, elsewhere)
        record = _reading(home, elsewhere)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
        reader = store.reader()
        (found,) = reader.referrers(elsewhere.uid)
        assert reader.references(home.uid) == (found,)
        assert (found.owner, found.key) == (record.owner, (home.uid, str(record.address)))
        assert str(found) == f"{record.address} of {home.application}/{home.name}"
        assert reader.referrers(home.uid) == reader.references(elsewhere.uid) == ()
        assert recorded(store, elsewhere) == before
        assert recorded(store, home).resources[record.address].owner == record.owner

    def test_a_reference_ends_with_its_record_or_with_its_owner(
        self, store: StateStore, home: EnvironmentRecord, elsewhere: EnvironmentRecord
    ) -> None:
        """Whether it is removed, or becomes a resource of one's own, or reads another one."""
        record = _reading(home, elsewhere)
        with writing(store, elsewhere) as writer:
            writer.commit([samples.written(samples.resource(elsewhere.uid, 2))])
        other = Owner(elsewhere.uid, samples.resource(elsewhere.uid, 2).uid)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
            record = samples.again(record, owner=other)
            writer.commit([samples.written(record)])
            assert [r.owner for r in store.reader().references(home.uid)] == [other]
            record = samples.again(record, owner=None)
            writer.commit([samples.written(record)])
            assert store.reader().references(home.uid) == ()
            record = samples.again(record, owner=other)
            writer.commit([samples.written(record)])
            writer.commit([Write(remove=record.address)])
            assert store.reader().references(home.uid) == ()

    def test_a_reference_that_moves_is_told_at_its_new_address_only(
        self, store: StateStore, home: EnvironmentRecord, elsewhere: EnvironmentRecord
    ) -> None:
        """Else its owner could never end: nobody would be left who lets it go."""
        record = _reading(home, elsewhere)
        moved = samples.again(record, address=samples.address(7))
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
            writer.commit([replace(samples.written(moved), moved_from=record.address)])
        (found,) = store.reader().references(home.uid)
        assert found.key == (home.uid, str(moved.address))

    def test_a_reference_to_nothing_is_not_recorded(
        self, store: StateStore, home: EnvironmentRecord, elsewhere: EnvironmentRecord
    ) -> None:
        """Neither to what is gone nor to what is being deleted right now."""
        record = _reading(home, elsewhere)
        owned = recorded(store, elsewhere).resources[samples.address()]
        with writing(store, home) as writer, pytest.raises(OwnerGone):
            writer.commit([samples.written(replace(record, owner=Owner(elsewhere.uid, "no such")))])
        with writing(store, elsewhere) as writer:
            writer.commit([samples.written(_being_deleted(owned))])
        with writing(store, home) as writer, pytest.raises(OwnerGone):
            writer.commit([samples.written(record)])
        assert recorded(store, home).resources == {}

    def test_what_is_recorded_stays_writable_when_its_owner_is_gone(
        self, store: StateStore, home: EnvironmentRecord, elsewhere: EnvironmentRecord
    ) -> None:
        """A reference that outlived its owner can still be described anew, and removed."""
        record = _reading(home, elsewhere)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
        with writing(store, elsewhere) as writer:
            writer.commit([Write(remove=samples.address())])
        with writing(store, home) as writer:
            record = samples.again(record, slug="said-otherwise")
            writer.commit([samples.written(record)])
            writer.commit([Write(remove=record.address)])

    def test_an_owner_does_not_end_under_a_referrer_that_nobody_agreed_about(
        self, store: StateStore, home: EnvironmentRecord, elsewhere: EnvironmentRecord
    ) -> None:
        """The refusal names the referrer and leaves the whole group unwritten; who is agreed about does not count."""
        record = _reading(home, elsewhere)
        owned = recorded(store, elsewhere).resources[samples.address()]
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
        deleting = samples.written(_being_deleted(owned))
        with writing(store, elsewhere) as writer:
            with pytest.raises(Referred) as error:
                writer.commit([replace(deleting, ending=Ending(owned.uid))])
            assert str(record.address) in error.value.diagnostics[0].message
            with pytest.raises(Referred):
                writer.commit([Write(remove=owned.address, ending=Ending(owned.uid))])
            assert recorded(store, elsewhere).resources == {owned.address: owned}
            key = (home.uid, str(record.address))
            writer.commit([replace(deleting, ending=Ending(owned.uid, frozenset({key})))])
            writer.commit([replace(Write(remove=owned.address), ending=Ending("of another uid"))])


def _reading(home: EnvironmentRecord, elsewhere: EnvironmentRecord) -> ResourceRecord:
    """A resource of ``home`` that reads the one of ``elsewhere``."""
    owner = Owner(elsewhere.uid, samples.resource(elsewhere.uid).uid)
    return samples.resource(home.uid, 7, owner=owner)


def _being_deleted(record: ResourceRecord) -> ResourceRecord:
    pending = PendingOperation("delete", 1, "x/delete", {}, 1, samples.MOMENT, 1)
    return samples.again(record, status=ResourceStatus.PENDING, pending=pending)
