"""Builds are kept in the order in which they arrived."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ..builds import BuildRecord
from ..records import EnvironmentRecord
from ..store import StateError, StateStore
from . import samples
from .bench import Bench, OpenStore

_BUILD = BuildRecord(
    40,
    "shop",
    "web",
    "img@sha256:ab",
    "refs/heads/main",
    samples.MOMENT,
    "ci",
    "main",
    "c0ffee",
    7,
    samples.MOMENT,
)


class Builds(Bench):
    """Promises of ``StateStore.record_build`` and ``StateReader.builds``."""

    def test_builds_are_read_back_equal_and_in_their_order(
        self, open_store: OpenStore, store: StateStore, home: EnvironmentRecord
    ) -> None:
        """With ids of the store's own, whatever was given, and by application."""
        given = [_BUILD, replace(_BUILD, application="blog", number=None, container=None), _BUILD]
        made = [store.record_build(build) for build in given]
        assert len({build.id for build in made}) == 3
        assert [replace(build, id=40) for build in made] == given
        reader = open_store().reader()
        assert reader.builds("shop") == (made[0], made[2])
        assert reader.builds("blog") == (made[1],)
        assert reader.builds("none") == ()

    def test_builds_stay_when_an_environment_goes(self, store: StateStore, home: EnvironmentRecord) -> None:
        """They belong to the application."""
        made = store.record_build(_BUILD)
        store.forget(home.uid)
        assert store.reader().builds("shop") == (made,)

    def test_a_store_that_was_never_made_takes_no_build(self, store: StateStore) -> None:
        """As nothing would ask for it."""
        with pytest.raises(StateError):
            store.record_build(_BUILD)
