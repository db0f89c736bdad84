"""What an examination of a state found. Format version 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...graph.diagnostics import Diagnostic
from ..report import diagnostic


def examination(findings: Sequence[Diagnostic]) -> dict[str, Any]:
    """The document; healthy where nothing that was recorded is lost."""
    return {
        "format": 1,
        "kind": "examination",
        "healthy": not any(d.is_error for d in findings),
        "findings": [diagnostic(d) for d in findings],
    }
