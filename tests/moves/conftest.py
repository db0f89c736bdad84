"""An engine of every test's own, and the command in the folder of a small application."""

from pathlib import Path

import pytest

from desk import APPLICATION, PLATFORM, Desk
from fakes.engine import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """On a store and a world in the test's folder."""
    return Engine(tmp_path)


@pytest.fixture
def desk(tmp_path: Path, isolated_home: Path) -> Desk:
    """The small application with the environment `here`, applied."""
    folder = tmp_path / "hello"
    (folder / "platform").mkdir(parents=True)
    (folder / "platform" / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (folder / "bakehouse.yaml").write_text(APPLICATION, encoding="utf-8")
    found = Desk(folder)
    found("env", "create", "here", "--type", "plain")
    found("apply", "--auto-approve")
    return found
