"""The driver `embedded-postgres` keeps every promise with a real server."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.embedded_postgres import EmbeddedPostgres
from bakehouse.drivers.builtin.embedded_postgres.binaries import VARIABLE
from bakehouse.drivers.builtin.local import supervisor
from bakehouse.drivers.conformance import DriverConformance
from bakehouse.graph.values import Value
from parts.postgres import binaries

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, params=["any", "packaged"])
def _target(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> None:
    entry = str(Path(__file__).parent.parent / "local" / "launcher.py")
    monkeypatch.setattr(supervisor, "LAUNCHER", (sys.executable, entry))
    monkeypatch.setenv(VARIABLE, str(binaries(request.param).folder))


class TestEmbeddedPostgres(DriverConformance):
    @pytest.fixture
    def driver(self) -> EmbeddedPostgres:
        return EmbeddedPostgres()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {}

    @pytest.fixture
    def changed_inputs(self) -> Mapping[str, Value]:
        return {}
