"""A shop for each test, and what must be left of it: nothing."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from e2e.processes import kill
from e2e.shop import Shop, eventually
from folders import written
from house_tree import ROOT
from parts.finding import Program, need
from terraform_programs import binary

__all__ = ["binary"]


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
    with nothing_left_of(found):
        yield found
        data = found.data_folders()
        found.destroy()
        eventually(lambda: not found.processes(), "no process of the shop is left", seconds=5)
        assert not any(folder.exists() for folder in data), data
        assert_only_memory_of_the_store_is_left(one_user)
        subprocess.run([sys.executable, str(ROOT / ".ci" / "forget.py"), str(found.folder)], check=True)
        assert files_below(one_user) == []


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop, applied."""
    shop.apply()
    return shop


@contextlib.contextmanager
def registered(
    folder: Path, home: Path, files: Mapping[str, str], programs: Iterable[Program]
) -> Iterator[Shop]:
    """An application of these files, registered, with the programs on its PATH; no process of it may be left after it."""
    path = os.pathsep.join(
        [*dict.fromkeys(str(need(program).parent) for program in programs), os.environ["PATH"]]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        found = Shop(written(folder, files), home)
        found.register()
        with nothing_left_of(found):
            yield found


@contextlib.contextmanager
def nothing_left_of(shop: Shop) -> Iterator[None]:
    """After the block no process of the application may be left; what is left is killed."""
    try:
        yield
    finally:
        left = shop.processes()
        kill(left)
    assert left == [], f"processes are left: {left}"


def files_below(folder: Path) -> list[str]:
    """Everything below a folder that is not itself a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def assert_only_memory_of_the_store_is_left(home: Path) -> None:
    """Outside the project stay the registry's line about the store and, since the first apply, its keys."""
    left = [name.rpartition("/")[0] for name in files_below(home)]
    assert left.count("state/bakehouse/stores") == 1, left
    assert set(left) <= {"config/bakehouse/keys", "state/bakehouse/stores"}, left
