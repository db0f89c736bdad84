"""What differs between two deployments, environments or plans. Format version 1. Secrets stand as ``***``."""

from __future__ import annotations

from typing import Any

from ..contrast import Contrast, Side
from ..report import difference


def contrast(found: Contrast) -> dict[str, Any]:
    """The document; a resource that is only on one side is told by its address alone."""
    resources: list[dict[str, Any]] = [
        *({"address": str(a), "change": "removed", "diffs": []} for a in found.removed),
        *({"address": str(a), "change": "added", "diffs": []} for a in found.added),
        *(
            {"address": str(a), "change": "changed", "diffs": [difference(d) for d in diffs]}
            for a, diffs in found.changed.items()
        ),
    ]
    return {
        "format": 1,
        "kind": "diff",
        "empty": found.is_empty,
        "before": _side(found.before),
        "after": _side(found.after),
        "resources": sorted(resources, key=lambda r: str(r["address"])),
        "images": [difference(d) for d in found.images],
        "variables": [difference(d) for d in found.variables],
    }


def _side(side: Side) -> dict[str, Any]:
    return {"title": side.title, "catalog": side.catalog, "application": side.application}
