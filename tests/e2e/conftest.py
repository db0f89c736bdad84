"""A shop for each test, and what must be left of it: nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.processes import kill
from e2e.shop import Shop, eventually
from house_tree import ROOT


@pytest.fixture
def one_user(
    isolated_home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The home of this test. Tests that run at once are one user to the machine: they see each other's reserved ports."""
    base = tmp_path_factory.getbasetemp()
    together = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rt"
    together.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(together))
    return isolated_home


@pytest.fixture
def shop(tmp_path: Path, one_user: Path) -> Iterator[Shop]:
    """The shop, copied and its environment registered, but not applied. After the test it is destroyed for good."""
    found = Shop.copied(tmp_path / "shop", one_user)
    found.register()
    try:
        yield found
        data = found.data_folders()
        found.destroy()
        eventually(lambda: not found.processes(), "no process of the shop is left", seconds=5)
        assert not any(folder.exists() for folder in data), data
        assert_only_memory_of_the_store_is_left(one_user)
        subprocess.run([sys.executable, str(ROOT / ".ci" / "forget.py"), str(found.folder)], check=True)
        assert files_below(one_user) == []
    finally:
        left = found.processes()
        kill(left)
    assert left == [], f"processes are left: {left}"


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop, applied."""
    shop.apply()
    return shop


def files_below(folder: Path) -> list[str]:
    """Everything below a folder that is not itself a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def assert_only_memory_of_the_store_is_left(home: Path) -> None:
    """Outside the project stay the registry's line about the store and, since the first apply, its keys."""
    left = [name.rpartition("/")[0] for name in files_below(home)]
    assert left.count("state/bakehouse/stores") == 1, left
    assert set(left) <= {"config/bakehouse/keys", "state/bakehouse/stores"}, left
