"""What was written into a file of an environment, or taken out of one. Format version 1."""

from __future__ import annotations

from typing import Any

from ..state.dump import Dump


def transfer(dump: Dump, file: str) -> dict[str, Any]:
    """The document: which environment, of which store, how much of it."""
    return {
        "format": 1,
        "kind": "transfer",
        "file": file,
        "store": dump.store_id,
        "application": dump.environment["application"],
        "environment": dump.environment["name"],
        "uid": dump.environment["uid"],
        "resources": len(dump.rows["resource"]),
        "deployments": len(dump.rows["deployment"]),
        "secrets": len(dump.rows["secret"]),
    }
