"""The profiles that a workload got, as plain data: for plans, reports and explanations. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph.diagnostics import Place
from ..graph.resources import ProfileUse


def use_body(use: ProfileUse) -> dict[str, Any]:
    """A profile's use as plain data."""
    where = use.place
    return {
        "name": use.name,
        "layer": use.layer,
        "place": None if where is None else {"file": where.file, "line": where.line, "column": where.column},
        "criterion": dict(use.criterion),
        "rank": list(use.rank),
        "target": use.target,
        "sets": list(use.sets),
        "patches": use.patches,
        "skipped": use.skipped,
    }


def use_from(body: Mapping[str, Any]) -> ProfileUse:
    """The use that :func:`use_body` wrote."""
    where = body["place"]
    return ProfileUse(
        name=body["name"],
        layer=body["layer"],
        place=None if where is None else Place(where["file"], where["line"], where["column"]),
        criterion=body["criterion"],
        rank=tuple(body["rank"]),
        target=body["target"],
        sets=tuple(body["sets"]),
        patches=body["patches"],
        skipped=body["skipped"],
    )
