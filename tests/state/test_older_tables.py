"""Tables of every older version are read as they are, and brought up to date by whoever writes, after a backup."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.plans.state.backup import backups
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.records import EnvironmentRecord, ResourceRecord
from bakehouse.plans.state.settings import CatalogScope
from bakehouse.plans.state.sql import SqlStore, schema
from bakehouse.plans.state.sql.reader import SqlReader
from bakehouse.plans.state.store import Write

Open = Callable[..., SqlStore]

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = sorted(FIXTURES.glob("store-*.sql"))


@pytest.fixture(params=VERSIONS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that this older version wrote."""
    made = tmp_path / "state.db"
    connection = sqlite3.connect(made)
    connection.executescript(request.param.read_text(encoding="utf-8"))
    connection.close()
    return made


def test_there_is_a_fixture_of_every_version_but_this_one() -> None:
    assert [p.stem for p in VERSIONS] == [f"store-{n}" for n in range(1, schema.SCHEMA_VERSION)]


def told(reader: SqlReader) -> tuple[list[EnvironmentRecord], list[ResourceRecord]]:
    """What a store holds."""
    (home,) = reader.environments()
    return [home], [*reader.snapshot(home.uid).resources.values()]


def test_reading_changes_nothing_and_knows_nobody_who_reads_elsewhere(open_here: Open, path: Path) -> None:
    before = path.read_bytes()
    reader = open_here(f"sqlite:///{path}", create=False, accept_new_state=True).reader()
    (home,), resources = told(reader)
    assert len(resources) == 2
    assert reader.referrers(home.uid) == reader.references(home.uid) == ()
    assert [s.scope for s in reader.catalog_settings()] in ([], [CatalogScope.ORGANIZATION])
    assert path.read_bytes() == before


def test_writing_brings_the_tables_up_to_date_after_a_backup(open_here: Open, path: Path) -> None:
    before = told(open_here(f"sqlite:///{path}", create=False, accept_new_state=True).reader())
    store = open_here(f"sqlite:///{path}")
    assert len(backups(path)) == 1
    assert told(store.reader()) == before
    (home,), resources = before
    with store.hold(home.uid, me()) as writer:
        writer.commit([Write(remove=resources[0].address)])
    assert len(told(store.reader())[1]) == 1
    assert [d for d in store.examine() if d.is_error] == []
