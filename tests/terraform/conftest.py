"""Every test runs with Terraform, where the machine has it, and with OpenTofu."""

from collections.abc import Callable
from pathlib import Path

import pytest

from parts.terraform import terraform
from parts.tofu import tofu

PROGRAMS: dict[str, Callable[[], Path]] = {"terraform": terraform, "tofu": tofu}


@pytest.fixture(params=sorted(PROGRAMS))
def binary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The program's path; it knows no configuration but that of the test."""
    settings = tmp_path / "terraform.rc"
    settings.write_text("disable_checkpoint = true\n")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(settings))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return str(PROGRAMS[request.param]())


@pytest.fixture
def counted(binary: str, tmp_path: Path) -> tuple[str, Path]:
    """The program behind one that writes down each command, and that list."""
    script, log = tmp_path / "counted", tmp_path / "commands"
    script.write_text(f'#!/bin/sh\necho "$1" >> {log}\nexec {binary} "$@"\n')
    script.chmod(0o700)
    return str(script), log
