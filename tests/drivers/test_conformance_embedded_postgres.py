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


OF_THE_BINARIES = ("lives_from_create", "paused_can_be_resumed", "drift_is_seen", "two_objects", "in_clear")
"""Tests that also run with the binaries of the wheel; the others ask the same of the driver whatever the binaries are."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the binaries that a test is to run with."""
    both = any(part in metafunc.function.__name__ for part in OF_THE_BINARIES)
    metafunc.parametrize("_target", ["any", "packaged"] if both else ["any"], indirect=True)


@pytest.fixture(autouse=True)
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
