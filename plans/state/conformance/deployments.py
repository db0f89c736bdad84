"""Deployments are numbered, finished or abandoned, and keep their blobs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ....graph.fingerprint import digest_bytes
from ....graph.values import Secret
from ..records import DeploymentStatus, EnvironmentRecord
from ..store import BasisMoved, StateError, StateStore
from . import samples
from .bench import Bench, me, writing


class Deployments(Bench):
    """Promises of ``StateWriter.begin`` and ``finish``, and of the history."""

    def test_deployments_count_from_one_per_environment(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Whatever number was given."""
        other = store.register(samples.environment("other"))
        numbers: list[int] = []
        for place in (home, home, other):
            with store.hold(place.uid, me()) as writer:
                numbers.append(writer.begin(samples.deployment(number=40), {}).number)
        assert numbers == [1, 2, 1]

    def test_a_finished_deployment_is_read_back_equal(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """By its number and in the history, newest first."""
        with store.hold(home.uid, me()) as writer:
            variables = {"LEVEL": "info", "TOKEN": Secret("local", "of/TOKEN", "2")}
            made = samples.deployment(
                kind="rollback", commit="abc", variables=variables, rolled_back_to=1, command="x -e local"
            )
            first = writer.begin(made, {})
            ended = replace(
                first, status=DeploymentStatus.FAILED, ended=samples.MOMENT, counts={"create": 2, "failed": 1}
            )
            writer.finish(ended)
            second = writer.begin(samples.deployment(kind="destroy", images={"web/main": "img@1"}), {})
        reader = store.reader()
        assert reader.deployment(home.uid, 1) == ended
        assert reader.deployment(home.uid, 3) is None
        assert reader.deployments(home.uid) == (second, ended)
        assert second.status is DeploymentStatus.RUNNING

    def test_a_deployment_amends_its_environment_as_it_begins_and_ends(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """In the same transactions; an amendment that was not made on what is recorded undoes them whole."""
        with store.hold(home.uid, me()) as writer:
            begun = writer.begin(samples.deployment(), {}, replace(home, paused=True))
            now = store.reader().environments()[0]
            assert now.paused
            with pytest.raises(BasisMoved):
                writer.finish(replace(begun, status=DeploymentStatus.SUCCEEDED), replace(home, note="late"))
            assert store.reader().deployments(home.uid)[0].status is DeploymentStatus.RUNNING
            writer.finish(replace(begun, status=DeploymentStatus.SUCCEEDED), replace(now, paused=False))
            assert not store.reader().environments()[0].paused
            stale = store.reader().environments()[0]
            store.amend(replace(stale, note="meanwhile"))
            with pytest.raises(BasisMoved):
                writer.begin(samples.deployment(), {}, replace(stale, paused=True))
            assert len(store.reader().deployments(home.uid)) == 1

    def test_a_deployment_left_running_becomes_abandoned_by_the_next(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Its holder is gone: otherwise nobody else could hold the environment."""
        for _ in range(2):
            with writing(store, home):
                pass
        newest, left = store.reader().deployments(home.uid)
        assert newest.status is DeploymentStatus.RUNNING
        assert left.status is DeploymentStatus.ABANDONED
        assert left.ended is not None

    def test_a_deployment_that_never_began_cannot_end(
        self, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """Nothing is made up."""
        with store.hold(home.uid, me()) as writer, pytest.raises(StateError):
            writer.finish(samples.deployment(number=9))
        assert store.reader().deployments(home.uid) == ()

    def test_blobs_are_kept_under_their_digests(self, store: StateStore, home: EnvironmentRecord) -> None:
        """Giving one twice is no error; one that is not there is."""
        contents = [b"", b"plan", bytes(range(256)) * 400]
        blobs = {digest_bytes(c): c for c in contents}
        for _ in range(2):
            with store.hold(home.uid, me()) as writer:
                writer.begin(samples.deployment(), blobs)
        assert [store.reader().blob(digest) for digest in blobs] == contents
        with pytest.raises(StateError):
            store.reader().blob("0" * 64)

    def test_a_blob_under_a_wrong_digest_is_refused(self, store: StateStore, home: EnvironmentRecord) -> None:
        """It would never be readable."""
        with store.hold(home.uid, me()) as writer, pytest.raises(ValueError, match="digest"):
            writer.begin(samples.deployment(), {"0" * 64: b"plan"})
        assert store.reader().deployments(home.uid) == ()
