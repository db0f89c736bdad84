"""The SQL stores, on SQLite and on PostgreSQL, keep every promise of a state store."""

from collections.abc import Callable

import pytest

from bakehouse.plans.state.conformance import StateStoreConformance
from bakehouse.plans.state.sql import SharedStore, SqlStore


class TestSqliteStore(StateStoreConformance):
    @pytest.fixture
    def open_store(self, open_here: Callable[..., SqlStore]) -> Callable[[], SqlStore]:
        return open_here


@pytest.mark.slow
class TestPostgresStore(StateStoreConformance):
    @pytest.fixture
    def open_store(self, open_there: Callable[..., SharedStore]) -> Callable[[], SharedStore]:
        return open_there
