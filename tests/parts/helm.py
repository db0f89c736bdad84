"""Helm, which needs no network for charts that lie in a folder."""

from pathlib import Path

from parts.finding import Program, need

HELM = Program("helm", "helm")


def helm() -> Path:
    """Its absolute path."""
    return need(HELM)
