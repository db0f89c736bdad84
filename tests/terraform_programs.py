"""The two programs of the Terraform language, with each of which a test runs that asks for a `binary`."""

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
