"""An engine of every test's own."""

from pathlib import Path

import pytest

from fakes.engine import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """On a store and a world in the test's folder."""
    return Engine(tmp_path)
