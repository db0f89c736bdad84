"""A state that cannot be written any more says so, loses nothing, and stays readable."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me, recorded
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.store import StateError

Open = Callable[..., SqlStore]
PROGRAMS = Path(__file__).parent / "processes"


@pytest.mark.slow
@pytest.mark.scenario(31)
def test_a_disk_that_runs_full_and_is_then_write_protected_loses_nothing(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "--mount", "true"], capture_output=True, check=False).returncode
    ):
        assert not os.environ.get("CI"), "in CI the disk that runs full is required"
        pytest.skip("needs the right to mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [unshare, "--mount", sys.executable, str(PROGRAMS / "disk.py"), str(disk)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["state-full", "state-full", "state-read-only"]


@pytest.mark.slow
@pytest.mark.scenario(31)
def test_a_file_that_may_not_grow_is_told_as_a_full_disk(tmp_path: Path) -> None:
    command = [sys.executable, str(PROGRAMS / "bounded.py"), f"sqlite:///{tmp_path}/state.db"]
    run = subprocess.run(
        [*command, str(tmp_path / "state"), "600000"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["state-full"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.scenario(31)
def test_a_folder_that_may_not_be_written_can_be_read(open_here: Open, store: SqlStore) -> None:
    home = store.register(samples.environment())
    store.close()
    store.path.chmod(0o400)
    store.path.parent.chmod(0o500)
    try:
        reader = open_here(create=False)
        assert recorded(reader, home).environment == home
        with pytest.raises(StateError) as error, open_here().hold(home.uid, me()):
            raise AssertionError("it cannot be held")
        assert error.value.diagnostics[0].code == "state-read-only"
    finally:
        store.path.parent.chmod(0o700)


def test_a_place_where_no_state_can_be_made_is_named(open_here: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = open_here(f"sqlite:///{tmp_path}/file/state.db")
    with pytest.raises(StateError) as error:
        store.register(samples.environment())
    assert error.value.diagnostics[0].code == "state-read-only"
    assert str(tmp_path / "file" / "state.db") in error.value.diagnostics[0].message
