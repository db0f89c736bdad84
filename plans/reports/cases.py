"""How the cases of a catalog went. Format version 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..operations.testing import Verdict


def cases(verdicts: Sequence[Verdict], seconds: float) -> dict[str, Any]:
    """Every case with its differences, and how many were not met."""
    return {
        "format": 1,
        "kind": "catalog-test",
        "failed": sum(1 for v in verdicts if v.differences),
        "seconds": round(seconds, 4),
        "cases": [
            {
                "name": verdict.case.name,
                "where": str(verdict.case.at() or ""),
                "differences": [
                    {"place": None if d.place is None else str(d.place), "message": d.message}
                    for d in verdict.differences
                ],
            }
            for verdict in verdicts
        ],
    }
