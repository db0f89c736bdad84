"""The migrations lead to the tables that the code knows, and only where something is written."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from bakehouse.plans.state.backup import backups
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.sql import SqlStore, migrations, schema
from bakehouse.plans.state.store import StateError

Open = Callable[..., SqlStore]


def test_the_migrations_lead_to_the_tables_that_the_code_knows(store: SqlStore) -> None:
    store.register(samples.environment())
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_the_schema_version_is_the_number_of_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [f"{schema.SCHEMA_VERSION:04}"]


def test_older_tables_are_left_alone_by_reading_and_brought_up_to_date_by_writing(
    open_here: Open, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = store.register(samples.environment())
    store.close()
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
    monkeypatch.setattr(schema, "OLDEST_READABLE", schema.SCHEMA_VERSION)
    before = store.path.read_bytes()
    with pytest.raises(StateError) as error:
        open_here(create=False)
    assert error.value.diagnostics[0].code == "state-old-version"
    assert store.path.read_bytes() == before
    assert open_here().reader().environments() == (home,)
    assert open_here(create=False).reader().environments() == (home,)
    assert len(backups(store.path)) == 1, "there is a way back"


def test_half_a_creation_leaves_nothing(
    open_here: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("killed here")

    store = open_here()
    monkeypatch.setattr(migrations, "upgrade", fail)
    with pytest.raises(StateError):
        store.register(samples.environment())
    assert list((tmp_path / ".bakehouse").iterdir()) == []
    monkeypatch.undo()
    store.register(samples.environment())


def test_a_store_that_another_process_made_meanwhile_is_kept(open_here: Open) -> None:
    one, two = open_here(), open_here()
    first = one.register(samples.environment("first"))
    second = two.register(samples.environment("second"))
    assert one.store_id == two.store_id
    assert one.reader().environments() == (first, second)
