"""A declared need, read from a Score file or from `bakehouse.yaml`."""

from __future__ import annotations

from ..graph.address import DEFAULT_CLASS
from ..graph.application import ResourceRequest
from .data import plain
from .positions import Path
from .report import Report


def request(report: Report, path: Path, workload: str | None) -> ResourceRequest:
    """The resource that is declared at ``path``, whose last step is its name; its shape was checked before."""
    found = report.map(*path)
    return ResourceRequest(
        name=str(path[-1]),
        type=found["type"],
        workload=workload,
        class_=found.get("class", DEFAULT_CLASS),
        id=found.get("id"),
        params=plain(found.get("params", {})),
        metadata=plain(found.get("metadata", {})),
        place=report.document.key(*path),
        places=report.document.below(*path),
    )
