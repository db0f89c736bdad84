"""OpenTofu, the Terraform language's program that can be had everywhere."""

from pathlib import Path

from parts.finding import Program, need

TOFU = Program("tofu", "tofu")


def tofu() -> Path:
    """Its absolute path. Its commands need no network as long as only built-in providers are used."""
    return need(TOFU)
