"""Desks: the command in the folder of a small application."""

from pathlib import Path

import pytest

from desk import APPLICATION, PLATFORM, Desk


@pytest.fixture
def desk(tmp_path: Path, isolated_home: Path) -> Desk:
    """The small application, with no environment yet."""
    folder = tmp_path / "hello"
    (folder / "platform").mkdir(parents=True)
    (folder / "platform" / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (folder / "bakehouse.yaml").write_text(APPLICATION, encoding="utf-8")
    return Desk(folder)


@pytest.fixture
def set_desk(desk: Desk) -> Desk:
    """The same with the environment `here` registered."""
    desk("env", "create", "here", "--type", "plain")
    return desk
