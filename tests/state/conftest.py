"""A store of every test's own, and records to put into it."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bakehouse.plans.state.sql import SharedStore, SqlStore, open_shared, open_store
from parts.postgres import Server
from parts.postgres import server as running

Open = Callable[..., SqlStore]
OpenShared = Callable[..., SharedStore]


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


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for all tests of the shared store."""
    with running() as found:
        yield found


@pytest.fixture
def shared_url(server: Server) -> str:
    return empty_schema(server)


@pytest.fixture
def open_there(shared_url: str) -> Iterator[OpenShared]:
    """Opens the shared store of this test; what it opened is closed."""
    with opening(shared_url) as found:
        yield found


def empty_schema(server: Server) -> str:
    """The URL of a schema in which nothing is yet."""
    return server.url(parameters=f"schema=s{uuid.uuid4().hex[:12]}")


@contextlib.contextmanager
def opening(url: str) -> Iterator[OpenShared]:
    """Opens the store of that URL, or of another that is named; what it opened is closed with the block."""
    opened: list[SharedStore] = []

    def _open(another: str = "", *, create: bool = True, **options: Any) -> SharedStore:
        store = open_shared(another or url, create=create, **options)
        opened.append(store)
        return store

    yield _open
    for store in opened:
        store.close()
