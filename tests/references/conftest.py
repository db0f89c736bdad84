"""Two applications of every test's own."""

from pathlib import Path

import pytest

from references.two import Two


@pytest.fixture
def two(tmp_path: Path) -> Two:
    """The platform applied, the shop not yet."""
    made = Two(tmp_path)
    made.run("platform")
    return made
