"""What was checked and found valid. Format version 1."""

from __future__ import annotations

from typing import Any

from ...graph.application import Application
from ..operations.validating import Checked
from ..report import diagnostic


def validation(application: Application, checked: Checked) -> dict[str, Any]:
    """The document of a valid application."""
    own = sum(len(workload.resources) for workload in application.workloads.values())
    return {
        "format": 1,
        "kind": "validation",
        "valid": True,
        "application": application.name,
        "types": list(checked.types),
        "unchecked": list(checked.unchecked),
        "workloads": len(application.workloads),
        "resources": own + len(application.shared),
        "remarks": [diagnostic(d) for d in checked.remarks],
    }
