"""A bare repository in a folder for each test."""

from pathlib import Path

import pytest

from bakehouse.drivers.builtin.git import GitConnection
from served_repository import Bare


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return Bare.made(tmp_path / "origin.git", {"README.md": "theirs\n"})


@pytest.fixture
def connection(bare: Bare) -> GitConnection:
    return GitConnection(url=bare.url)
