"""The schema of Score files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ..shape import Shape

_FILE = Path(__file__).with_name("score.schema.json")


def score_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a Score file in its newest form, for editors and for our own checks."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def score_shape() -> Shape:
    """The schema made ready for checking."""
    return Shape(score_schema())
