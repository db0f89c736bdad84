"""Every test runs with Terraform, where the machine has it, and with OpenTofu."""

from pathlib import Path

import pytest

from terraform_programs import binary

__all__ = ["binary"]


@pytest.fixture
def counted(binary: str, tmp_path: Path) -> tuple[str, Path]:
    """The program behind one that writes down each command, and that list."""
    script, log = tmp_path / "counted", tmp_path / "commands"
    script.write_text(f'#!/bin/sh\necho "$1" >> {log}\nexec {binary} "$@"\n')
    script.chmod(0o700)
    return str(script), log
