"""Terraform itself, which is tested with where a machine has it: it cannot be had everywhere, OpenTofu can."""

from pathlib import Path

import pytest

from parts.finding import MissingPart, Program, find

TERRAFORM = Program("terraform", how="install Terraform 1.11 or newer")


def terraform() -> Path:
    """Its absolute path. Without it the test is skipped, also in CI, by a line that says so."""
    try:
        return find(TERRAFORM)
    except MissingPart as missing:
        pytest.skip(f"NOT TESTED: {missing}")
