"""A declared need, read from a Score file or from `bakehouse.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph.address import DEFAULT_CLASS
from ..graph.application import ResourceRequest
from ..graph.diagnostics import Place
from .data import plain
from .positions import Path, Positions
from .report import Report


def request(report: Report, path: Path, workload: str | None) -> ResourceRequest:
    """The resource that is declared at ``path``, whose last step is its name; its shape was checked before."""
    found, places = report.map(*path), report.document.below(*path)
    return ResourceRequest(
        name=str(path[-1]),
        type=found["type"],
        workload=workload,
        class_=found.get("class", DEFAULT_CLASS),
        id=found.get("id"),
        params=plain(found.get("params", {})),
        metadata=plain(found.get("metadata", {})),
        place=_place(report.document.key(*path), found, places),
        places=places,
    )


def _place(own: Place, found: Mapping[str, Any], places: Positions) -> Place:
    """The line that asks for the resource; where an override says what it is to be, that override."""
    kinds = (places.at(key) for key in ("type", "class", "id") if key in found)
    return next((place for place in kinds if place.file != own.file), own)
