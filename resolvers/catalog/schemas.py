"""The JSON Schemas of the catalog's kinds: for editors, and for our own reading."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ..shape import Shape

KINDS = (
    "Platform",
    "ResourceType",
    "ResourceDefinition",
    "EnvironmentType",
    "WorkloadProfile",
    "Connection",
    "Template",
)
"""The kinds that are read, in the order in which people meet them."""

TEST_KIND = "CatalogTest"
"""The kind of the cases that are written beside a catalog."""

LATER_KINDS = ("Policy", "RoleBinding")
"""Kinds that have a name already; their documents are kept aside, with a notice."""

DATA = Path(__file__).parent / "data"


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one kind; raises KeyError for a kind that is not read."""
    if kind not in (*KINDS, TEST_KIND):
        raise KeyError(kind)
    found: dict[str, Any] = json.loads((DATA / "schemas" / f"{kind}.json").read_text(encoding="utf-8"))
    return found


@cache
def shape(kind: str) -> Shape:
    """The schema of a kind made ready for checking."""
    return Shape(schema(kind))
