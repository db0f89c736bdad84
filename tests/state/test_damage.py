"""Damage is told as what it is, with the way back, and never as an empty state."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import recorded, writing
from bakehouse.plans.state.records import EnvironmentRecord
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.store import StateError

Open = Callable[..., SqlStore]
RESOURCES = 60


@pytest.fixture
def home(store: SqlStore) -> EnvironmentRecord:
    """An environment with enough resources to fill many pages, in a store that was closed and has one backup."""
    home = store.register(samples.environment())
    with writing(store, home) as writer:
        writer.commit([samples.written(samples.resource(home.uid, n)) for n in range(RESOURCES)])
    store.backup()
    store.close()
    assert sorted(p.name for p in store.path.parent.iterdir()) == ["backups", "state.db"]
    return home


def read_all(open_here: Open, home: EnvironmentRecord) -> StateError:
    """Reads the state as a plan does; it must fail."""
    with pytest.raises(StateError) as error:
        recorded(open_here(create=False), home)
    with pytest.raises(StateError):
        recorded(open_here(), home)
    return error.value


def code(error: StateError) -> str:
    return error.diagnostics[0].code


def flip(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_inside_the_header(path: Path) -> None:
    os.truncate(path, 60)


def replace_by_noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def overwrite_the_header(path: Path) -> None:
    flip(path, 0, b"not a database any more")


def wipe_a_page_in_the_middle(path: Path) -> None:
    flip(path, path.read_bytes().index(b'"database":"db30"') // 4096 * 4096, bytes(4096))


def change_a_letter(path: Path) -> None:
    at = path.read_bytes().index(b'"database":"db7"')
    flip(path, at + 14, b"8")


def drop_a_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE store")


def put_another_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (empty, "state-truncated"),
        (cut_in_half, "state-truncated"),
        (cut_inside_the_header, "state-truncated"),
        (replace_by_noise, "state-corrupt"),
        (overwrite_the_header, "state-corrupt"),
        (wipe_a_page_in_the_middle, "state-corrupt"),
        (change_a_letter, "state-corrupt"),
        (drop_a_table, "state-corrupt"),
        (put_another_database, "state-corrupt"),
        (Path.unlink, "state-missing"),
    ],
)
@pytest.mark.scenario(32)
def test_each_damage_has_its_own_error_and_the_backup_is_named(
    open_here: Open, store: SqlStore, home: EnvironmentRecord, damage: Callable[[Path], None], expected: str
) -> None:
    damage(store.path)
    left = store.path.read_bytes() if store.path.exists() else None
    error = read_all(open_here, home)
    assert code(error) == expected
    (backup,) = (store.path.parent / "backups").iterdir()
    assert str(backup) in (error.diagnostics[0].hint or "")
    now = store.path.read_bytes() if store.path.exists() else None
    assert now == left, "reading a damaged state changed it"


def test_the_way_back_that_the_hint_names_leads_back(
    open_here: Open, store: SqlStore, home: EnvironmentRecord
) -> None:
    replace_by_noise(store.path)
    (backup,) = (store.path.parent / "backups").iterdir()
    shutil.copy(backup, store.path)
    assert len(recorded(open_here(create=False), home).resources) == RESOURCES


def test_a_record_that_says_a_newer_format_is_refused(
    open_here: Open, store: SqlStore, home: EnvironmentRecord
) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE environment SET body = replace(body, '\"format\":1', '\"format\":2')")
    error = read_all(open_here, home)
    assert code(error) == "state-future-version"


@pytest.mark.scenario(32)
def test_tables_of_a_newer_version_are_refused(
    open_here: Open, store: SqlStore, home: EnvironmentRecord
) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE store SET schema_version = 99")
    with pytest.raises(StateError) as error:
        open_here()
    assert code(error.value) == "state-future-version"


@pytest.mark.scenario(32)
def test_a_log_cut_off_in_the_middle_loses_only_what_was_never_acknowledged(
    open_here: Open, store: SqlStore, home: EnvironmentRecord, tmp_path: Path
) -> None:
    """The last frames of a log may be half written when the power goes."""
    with writing(store, home) as writer:
        writer.commit([samples.written(samples.resource(home.uid, RESOURCES))])
        lost = tmp_path / "lost"
        shutil.copytree(store.path.parent, lost)
    with (lost / "state.db-wal").open("ab") as log:
        log.write(bytes(range(256)) * 40)
    moved = open_here(f"sqlite:///{lost}/state.db", create=False, state_home=tmp_path / "other")
    assert len(recorded(moved, home).resources) == RESOURCES + 1


def test_the_doctor_finds_a_healthy_state_healthy(open_here: Open, home: EnvironmentRecord) -> None:
    """But for what is natural here: the samples depend on something that is not recorded."""
    found = open_here(create=False).examine()
    assert {d.code for d in found} == {"edge-to-nothing", "deployment-abandoned"}
    assert not any(d.is_error for d in found)


def test_the_doctor_names_every_damaged_record(
    open_here: Open, store: SqlStore, home: EnvironmentRecord
) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE step SET body = '{' WHERE key LIKE '%db3/%'")
        connection.execute("UPDATE resource SET body = replace(body, 'db5', 'db6') WHERE address LIKE '%db5'")
    errors = [d.message for d in open_here(create=False).examine() if d.is_error]
    assert any("db3/create" in message for message in errors)
    assert any("db5" in message for message in errors)
