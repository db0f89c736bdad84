"""Terraform itself, which is tested with where a machine has it: it cannot be had everywhere, OpenTofu can."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from parts.finding import MissingPart, Program, find

TERRAFORM = Program("terraform", how="install Terraform 1.11 or newer")
_OLDEST = (1, 11)


def terraform() -> Path:
    """Its absolute path. Without it, or with an older one, the test is skipped, also in CI, by a line that says so."""
    try:
        program = find(TERRAFORM)
    except MissingPart as missing:
        pytest.skip(f"NOT TESTED: {missing}")
    version = _version(program)
    if tuple(int(number) for number in version.split(".")[:2]) < _OLDEST:
        pytest.skip(f"NOT TESTED: terraform is {version}: {TERRAFORM.how}")
    return program


def _version(program: Path) -> str:
    """Asked without the user's settings, which can add lines to what it says."""
    settings = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run([program, "version", "-json"], env=settings, check=True, capture_output=True)
    return str(json.loads(done.stdout)["terraform_version"])
