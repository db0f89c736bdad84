"""One writer per environment: leases are held, extended, given back, taken over, and their fences only rise."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from msgspec.structs import replace

from ..records import EnvironmentRecord, Holder
from ..store import LeaseHeld, LeaseLost, StateStore
from . import samples
from .bench import Bench, OpenStore, me, recorded, writing


class Leases(Bench):
    """Promises of ``StateStore.hold``, ``unlock`` and ``StateWriter.heartbeat``."""

    def test_an_environment_has_one_holder_who_is_named(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Actor, host, process, since when, until when."""
        with store.hold(home.uid, me()) as writer:
            assert writer.took_over_from is None
            with pytest.raises(LeaseHeld) as error, open_store().hold(home.uid, me()):
                raise AssertionError("two holders")
            assert error.value.lease == writer.lease == open_store().reader().lease(home.uid)
        message = error.value.diagnostics[0].message
        for part in (me().actor, me().host, str(me().pid), writer.lease.acquired, writer.lease.expires):
            assert part in message

    def test_a_lease_that_was_given_back_can_be_taken(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Each with a higher fence."""
        fences: list[int] = []
        for handle in (store, open_store(), store):
            with handle.hold(home.uid, me()) as writer:
                fences.append(writer.lease.fence)
                assert writer.took_over_from is None
            assert store.reader().lease(home.uid) is None
        assert fences == sorted(set(fences))

    def test_a_lease_is_given_back_after_an_error(self, store: StateStore, home: EnvironmentRecord) -> None:
        """And the error is not changed."""
        with pytest.raises(KeyError), store.hold(home.uid, me()):
            raise KeyError("what happened inside")
        assert store.reader().lease(home.uid) is None

    def test_environments_are_held_apart(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Two applies to two environments do not wait for each other."""
        other = store.register(samples.environment("other"))
        with store.hold(home.uid, me()) as one, store.hold(other.uid, me()) as two:
            one.begin(samples.deployment(), {})
            two.begin(samples.deployment(), {})
        assert [len(store.reader().deployments(e.uid)) for e in (home, other)] == [1, 1]

    def test_waiting_ends_at_its_deadline(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """With the holder's name, as without waiting."""
        with store.hold(home.uid, me()):
            began = time.monotonic()
            with pytest.raises(LeaseHeld), open_store().hold(home.uid, me(), wait=0.3):
                raise AssertionError("two holders")
            assert 0.3 <= time.monotonic() - began < 5

    def test_waiting_ends_when_the_lease_is_free(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Long before its deadline."""
        free = threading.Event()
        held = threading.Event()

        def hold() -> None:
            with store.hold(home.uid, me()):
                held.set()
                free.wait(10)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            assert held.wait(10)
            threading.Timer(0.2, free.set).start()
            began = time.monotonic()
            with open_store().hold(home.uid, me(), wait=60):
                assert time.monotonic() - began < 10
        finally:
            free.set()
            thread.join()

    def test_a_holder_that_is_gone_is_replaced_at_once(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """And the new holder is told who it was; the old one can write nothing more."""
        gone = departed()
        with store.hold(home.uid, gone) as late:
            late.begin(samples.deployment(), {})
            with writing(open_store(), home) as writer:
                assert writer.took_over_from is not None
                assert writer.took_over_from.holder == gone
                assert writer.lease.fence > late.lease.fence
                with pytest.raises(LeaseLost):
                    late.commit([samples.written(samples.resource(home.uid))], [{"n": 1}])
                with pytest.raises(LeaseLost):
                    late.heartbeat()
        assert recorded(store, home).resources == {}
        assert store.reader().events(home.uid, 1) == ()

    def test_a_holder_of_another_machine_is_not_taken_for_gone(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Nor one of another boot, or another process under the same number that cannot be told apart."""
        gone = departed()
        for stranger in (
            replace(gone, host="elsewhere"),
            replace(gone, boot_id="another boot"),
            replace(gone, boot_id=""),
            replace(gone, pid_started=""),
        ):
            with store.hold(home.uid, stranger), pytest.raises(LeaseHeld), open_store().hold(home.uid, me()):
                raise AssertionError("two holders")

    def test_a_heart_beat_extends_the_lease(self, store: StateStore, home: EnvironmentRecord) -> None:
        """From another thread, while the writer writes."""
        with writing(store, home) as writer:
            acquired = writer.lease
            time.sleep(0.02)
            beats = [threading.Thread(target=writer.heartbeat) for _ in range(4)]
            for beat in beats:
                beat.start()
            for number in range(20):
                writer.commit([samples.written(samples.resource(home.uid, number))])
            for beat in beats:
                beat.join()
            now = store.reader().lease(home.uid)
            assert now is not None
            assert now.expires > acquired.expires
            assert replace(now, expires=acquired.expires) == acquired
        assert len(recorded(store, home).resources) == 20

    def test_an_unlocked_holder_can_write_nothing(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Also while nobody else holds the environment yet."""
        with writing(store, home) as writer:
            assert store.unlock(home.uid, writer.lease.fence + 1) is None
            writer.heartbeat()
            ended = store.unlock(home.uid, writer.lease.fence)
            assert ended is not None
            assert ended.fence == writer.lease.fence
            assert store.reader().lease(home.uid) is None
            with pytest.raises(LeaseLost):
                writer.commit([samples.written(samples.resource(home.uid))])
            with pytest.raises(LeaseLost):
                writer.heartbeat()
            assert store.unlock(home.uid, writer.lease.fence) is None
        assert recorded(store, home).resources == {}
        with store.hold(home.uid, me()) as next_:
            assert next_.took_over_from is not None
            assert next_.took_over_from.holder == writer.lease.holder

    def test_giving_back_a_lost_lease_does_not_end_the_next(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """The former holder leaves late."""
        late = store.hold(home.uid, departed())
        late.__enter__()
        with open_store().hold(home.uid, me()) as writer:
            late.__exit__(None, None, None)
            writer.heartbeat()
            writer.begin(samples.deployment(), {})


def departed() -> Holder:
    """A holder of this machine whose process has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return replace(me(), pid=ended.pid, pid_started="1")
