"""The suite: each test is one promise of the contract, its name the sentence that promises it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import pytest

from ..contract import SecretError, SecretStore

FIRST, SECOND = "first-5d1c0a: p@ss/w\u00f6rd", "second-91fe77\nwith a line"


class Place(Protocol):
    """What lies behind a store, changed behind its back."""

    def put(self, clear: str) -> str:
        """Set the one secret of the tests (FIRST, then SECOND) and answer its reference, which is always the same."""
        ...

    def remove(self) -> None:
        """Take the secret away with all that is kept of it."""
        ...

    def open(self) -> SecretStore:
        """The store as a new process would make it."""
        ...


class SecretStoreConformance:
    """Every promise of ``SecretStore``. Subclass it as ``TestMyStore`` and give the fixture ``place``."""

    keeps_versions = False
    """Whether a former version can still be opened; a store that does not keeps to the current one."""

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        """Where secrets lie, empty at first."""
        raise NotImplementedError("give a fixture 'place'")

    def test_a_secret_is_revealed_exactly(self, place: Place) -> None:
        """Letters of all scripts, signs and line breaks, nothing added at the end."""
        for clear in (FIRST, SECOND):
            ref = place.put(clear)
            assert place.open().reveal(ref, None) == clear

    def test_another_value_has_another_version(self, place: Place) -> None:
        """So comparing versions tells that it changed."""
        ref = place.put(FIRST)
        store = place.open()
        first = store.version_of(ref)
        place.put(SECOND)
        assert first is not None
        assert place.open().version_of(ref) not in (first, None)

    def test_a_version_stays_while_nothing_is_changed(self, place: Place) -> None:
        """Also for another process, and after the secret was revealed."""
        ref = place.put(FIRST)
        store = place.open()
        first = store.version_of(ref)
        store.reveal(ref, first)
        assert first == store.version_of(ref) == place.open().version_of(ref)

    def test_the_version_that_was_told_can_be_revealed(self, place: Place) -> None:
        """What a plan wrote down is what an apply asks for."""
        ref = place.put(FIRST)
        store = place.open()
        assert store.reveal(ref, store.version_of(ref)) == FIRST

    def test_a_former_version_is_opened_where_it_is_kept_and_else_the_present_one(self, place: Place) -> None:
        """Never anything else, and nothing is said to be missing that is there."""
        ref = place.put(FIRST)
        former = place.open().version_of(ref)
        place.put(SECOND)
        assert place.open().reveal(ref, former) == (FIRST if self.keeps_versions else SECOND)

    def test_a_version_tells_nothing_of_the_value(self, place: Place) -> None:
        """It stands in plans and is shown."""
        ref = place.put(FIRST)
        version = place.open().version_of(ref)
        assert version is not None
        assert not any(part in version for part in (FIRST, "5d1c0a", "p@ss"))

    def test_a_secret_that_is_gone_is_named_and_has_no_version(self, place: Place) -> None:
        """Its reference stands in the message; asking for the version raises nothing."""
        ref = place.put(FIRST)
        place.remove()
        store = place.open()
        assert store.version_of(ref) is None
        with pytest.raises(SecretError) as error:
            store.reveal(ref, None)
        found = error.value.diagnostics[0]
        assert found.code == "secret-missing"
        assert ref in found.message
        assert found.hint

    def test_any_text_may_be_asked_for(self, place: Place) -> None:
        """A reference comes from a file that somebody wrote: what means nothing is missing, not a crash."""
        place.put(FIRST)
        store = place.open()
        for ref in ("no-such-secret", "", "#", "a#b", "../x#y", "\0", "x" * 5000, "\ud800"):
            assert store.version_of(ref) is None
            with pytest.raises(SecretError):
                store.reveal(ref, None)

    def test_a_change_is_seen_by_a_store_that_is_open(self, place: Place) -> None:
        """Nothing is kept in memory from one question to the next."""
        ref = place.put(FIRST)
        store = place.open()
        assert store.reveal(ref, None) == FIRST
        place.put(SECOND)
        assert store.reveal(ref, None) == SECOND

    def test_several_threads_may_ask_at_once(self, place: Place) -> None:
        """An apply runs many drivers beside each other."""
        ref = place.put(FIRST)
        store = place.open()
        with ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(store.reveal, ref, None) for _ in range(32)]
            assert {call.result() for call in calls} == {FIRST}

    def test_no_clear_text_is_said(
        self, place: Place, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Neither by logs nor print, and not by the store's own representation."""
        caplog.set_level(logging.DEBUG)
        ref = place.put(FIRST)
        store = place.open()
        store.reveal(ref, None)
        store.version_of(ref)
        said = [caplog.text, repr(store), str(store), *capfd.readouterr()]
        assert [text for text in said if "5d1c0a" in text] == []
