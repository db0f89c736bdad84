"""Desks: the command in the folder of a small application."""

from pathlib import Path

import pytest

from desk import SMALL, Desk
from folders import written


@pytest.fixture
def desk(tmp_path: Path, isolated_home: Path) -> Desk:
    """The small application, with no environment yet."""
    return Desk(written(tmp_path / "hello", SMALL))


@pytest.fixture
def set_desk(desk: Desk) -> Desk:
    """The same with the environment `here` registered."""
    desk("env", "create", "here", "--type", "plain")
    return desk
