"""The SQL store on SQLite keeps every promise of a state store."""

from collections.abc import Callable

import pytest

from bakehouse.plans.state.conformance import StateStoreConformance
from bakehouse.plans.state.sql import SqlStore


class TestSqliteStore(StateStoreConformance):
    @pytest.fixture
    def open_store(self, open_here: Callable[..., SqlStore]) -> Callable[[], SqlStore]:
        return open_here
