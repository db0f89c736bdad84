"""Environments are registered, amended and forgotten."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ....graph.values import Secret
from ..records import EnvironmentRecord, RolledBack, Seed
from ..store import BasisMoved, LeaseHeld, LeaseLost, StateError, StateStore, Write
from . import samples
from .bench import Bench, OpenStore, me, recorded, writing


class Environments(Bench):
    """Promises of ``StateStore`` itself."""

    def test_environments_are_ordered_by_application_and_name(self, store: StateStore) -> None:
        """And can be asked for by application."""
        pairs = [("shop", "b"), ("shop", "a"), ("blog", "z")]
        for application, name in pairs:
            store.register(samples.environment(name, application))
        reader = store.reader()
        assert [(e.application, e.name) for e in reader.environments()] == sorted(pairs)
        assert [e.name for e in reader.environments("shop")] == ["a", "b"]
        assert reader.environments("none") == ()

    def test_a_name_is_taken_once_per_application(self, store: StateStore, home: EnvironmentRecord) -> None:
        """The second is refused, the first stays."""
        with pytest.raises(StateError):
            store.register(samples.environment(home.name, home.application))
        store.register(samples.environment(home.name, "another"))
        assert store.reader().environments(home.application) == (home,)

    def test_a_store_keeps_its_id(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """It is minted with the store."""
        assert open_store().reader().store_id == store.reader().store_id
        assert open_store().reader().environments() == (home,)

    def test_an_amendment_is_read_back_equal(self, store: StateStore, home: EnvironmentRecord) -> None:
        """With the secrets that its variables refer to."""
        row = samples.secret(home.uid, "TOKEN")
        changed = replace(
            home,
            variables={"LEVEL": "debug", "TOKEN": Secret("local", row.ref, "1")},
            images={"web/main": "img@2"},
            expires=samples.MOMENT,
            paused=True,
            note="a word about it",
            rolled_back=RolledBack(3, (4, 6)),
            seed=Seed("staging", 2, {"web/main": "img@1"}, "a" * 64, "c" * 64),
        )
        store.amend(changed, [row])
        found = recorded(store, home).environment
        assert replace(found, serial=0, revision=0) == changed
        assert store.reader().secret(home.uid, row.ref, None) == row

    def test_two_amendments_of_one_reading_do_not_both_succeed(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """The second would undo the first without having seen it. Steps in between do not matter."""
        with writing(store, home):
            pass
        store.amend(replace(home, note="first"))
        with pytest.raises(BasisMoved):
            store.amend(replace(home, note="second"))
        assert recorded(store, home).environment.note == "first"

    def test_environments_are_renamed_all_or_none_and_only_by_their_holder(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Uid and all that is recorded stay; a name that is taken is refused."""
        other = store.register(samples.environment("other"))
        record = samples.resource(home.uid)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
        names = ("taken", "shop"), ("other", "bakery")
        store.register(replace(samples.environment("taken"), application="bakery"))
        with store.hold(home.uid, me()) as mine, store.hold(other.uid, me()) as theirs:
            leases = (mine.lease, theirs.lease)
            now = [recorded(store, e).environment for e in (home, other)]
            clash = [replace(e, application="bakery", name=n) for e, (n, _) in zip(now, names, strict=True)]
            with pytest.raises(StateError):
                store.rename(clash, leases)
            assert [recorded(store, e).environment.application for e in (home, other)] == ["shop", "shop"]
            renamed = [replace(e, application="bakery", folder=e.name, slug=f"shop-{e.name}") for e in now]
            store.rename(renamed, leases)
        assert [e.name for e in store.reader().environments("bakery")] == ["local", "other", "taken"]
        found = recorded(store, home)
        assert (found.environment.uid, found.environment.folder) == (home.uid, "local")
        assert found.resources == {record.address: record}
        assert store.reader().addresses(home.uid) == {record.address}
        with pytest.raises(LeaseLost):
            store.rename([replace(found.environment, name="late")], [mine.lease])

    def test_an_unknown_environment_is_an_error(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Never an empty one."""
        stranger = samples.environment("stranger")
        with pytest.raises(StateError):
            store.reader().snapshot(stranger.uid)
        with pytest.raises(StateError):
            store.amend(stranger)
        with pytest.raises(StateError):
            store.forget(stranger.uid)
        with pytest.raises(StateError), store.hold(stranger.uid, me()):
            raise AssertionError("nobody can hold what is not registered")

    def test_an_environment_with_resources_is_not_forgotten(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """They would be lost in the world."""
        record = samples.resource(home.uid)
        with writing(store, home) as writer:
            writer.commit([samples.written(record)])
        with pytest.raises(StateError):
            store.forget(home.uid)
        assert recorded(store, home).resources == {record.address: record}

    def test_an_environment_that_is_held_is_not_forgotten(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Its holder may be about to make something."""
        with store.hold(home.uid, me()), pytest.raises(LeaseHeld):
            store.forget(home.uid)
        assert store.reader().environments() == (home,)

    def test_nothing_is_left_of_a_forgotten_environment(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """A new one of the same name starts anew; others stay as they are."""
        other = store.register(samples.environment("other"))
        record = samples.resource(home.uid)
        row = samples.secret(record.uid)
        with writing(store, home) as writer:
            writer.commit([samples.written(record, secrets=(row,))], [{"n": 1}])
            writer.commit([Write(remove=record.address)])
        store.forget(home.uid)
        reader = store.reader()
        assert reader.environments() == (other,)
        assert not reader.deployments(home.uid)
        assert not reader.steps(home.uid, 1)
        assert not reader.events(home.uid, 1)
        assert reader.secret(home.uid, row.ref, None) is None
        new = store.register(samples.environment(home.name, home.application))
        assert recorded(store, new).births == {}

    def test_the_key_of_local_secrets_is_recorded_once(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Another one is refused: what the first encrypted could not be opened with it."""
        assert store.reader().key_id() is None
        store.set_key_id("key-1")
        store.set_key_id("key-1")
        with pytest.raises(StateError):
            store.set_key_id("key-2")
        assert store.reader().key_id() == "key-1"

    def test_a_closed_store_can_be_used_again(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Closing releases files, it forgets nothing."""
        store.close()
        assert store.reader().environments() == (home,)
