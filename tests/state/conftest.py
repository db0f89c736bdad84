"""A store of every test's own, and records to put into it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bakehouse.plans.state.sql import SqlStore, open_store

Open = Callable[..., SqlStore]


@pytest.fixture
def open_here(tmp_path: Path) -> Iterator[Open]:
    """Opens the store of this test's folder; what it opened is closed."""
    opened: list[SqlStore] = []

    def _open(url: str = "sqlite:///.bakehouse/state.db", *, create: bool = True, **options: Any) -> SqlStore:
        given: dict[str, Any] = {"state_home": tmp_path / "state", "base": tmp_path, **options}
        store = open_store(url, create=create, **given)
        opened.append(store)
        return store

    yield _open
    for store in opened:
        store.close()


@pytest.fixture
def store(open_here: Open) -> SqlStore:
    """An open store that does not exist yet; its first register makes it."""
    return open_here()
