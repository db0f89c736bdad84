"""Backups are whole, private, and the newest five are kept."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from bakehouse.plans.state.backup import backups
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import writing
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.store import StateError


def count(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        found: int = connection.execute("SELECT count(*) FROM resource").fetchone()[0]
    connection.close()
    return found


def test_the_newest_five_are_kept_each_with_what_was_recorded_then(store: SqlStore) -> None:
    home = store.register(samples.environment())
    with writing(store, home) as writer:
        for number in range(7):
            writer.commit([samples.written(samples.resource(home.uid, number))])
            made = Path(store.backup())
            assert backups(store.path)[0] == made
    assert [count(path) for path in backups(store.path)] == [7, 6, 5, 4, 3]


def test_a_backup_is_one_private_file(store: SqlStore) -> None:
    store.register(samples.environment())
    made = Path(store.backup())
    assert made.parent == store.path.parent / "backups"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert list(made.parent.iterdir()) == [made]


def test_a_backup_taken_while_somebody_writes_is_of_one_moment(store: SqlStore) -> None:
    home = store.register(samples.environment())
    stop = threading.Event()
    with writing(store, home) as writer:

        def back_up() -> None:
            while not stop.is_set():
                store.backup()

        thread = threading.Thread(target=back_up)
        thread.start()
        for start in range(0, 400, 2):
            writer.commit([samples.written(samples.resource(home.uid, n)) for n in (start, start + 1)])
        stop.set()
        thread.join()
    assert all(count(path) % 2 == 0 for path in backups(store.path)), "two are written at once"


def test_without_a_state_there_is_no_backup(store: SqlStore) -> None:
    with pytest.raises(StateError) as error:
        store.backup()
    assert error.value.diagnostics[0].code == "no-store"


def test_a_backup_that_fails_says_so_and_leaves_the_older_ones(store: SqlStore) -> None:
    store.register(samples.environment())
    made = Path(store.backup())
    kept = made.read_bytes()
    made.unlink()
    made.parent.rmdir()
    made.parent.write_bytes(kept)
    with pytest.raises(StateError) as error:
        store.backup()
    assert error.value.diagnostics[0].code == "backup-failed"
    assert made.parent.read_bytes() == kept
