"""An engine of every test's own, and the command in the folder of a small application."""

from pathlib import Path

import pytest

from desk import SMALL, Desk
from fakes.engine import Engine
from folders import written


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """On a store and a world in the test's folder."""
    return Engine(tmp_path)


@pytest.fixture
def desk(tmp_path: Path, isolated_home: Path) -> Desk:
    """The small application with the environment `here`, applied."""
    found = Desk(written(tmp_path / "hello", SMALL))
    found("env", "create", "here", "--type", "plain")
    found("apply", "--auto-approve")
    return found
