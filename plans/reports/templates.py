"""The templates that a catalog offers. Format version 1."""

from __future__ import annotations

from typing import Any

from ...resolvers.catalog import Catalog, Question, Template


def templates(catalog: Catalog) -> dict[str, Any]:
    """Every template with its questions, by name."""
    return {"format": 1, "kind": "templates", "templates": [_template(t) for t in catalog.templates()]}


def _template(found: Template) -> dict[str, Any]:
    return {
        "name": found.name,
        "description": found.description,
        "layer": found.layer,
        "where": str(found.place),
        "questions": [question(q) for q in found.questions],
        "files": [f.target for f in found.files],
    }


def question(found: Question) -> dict[str, Any]:
    """One question; keys that say nothing are left out."""
    told = {
        "name": found.name,
        "type": found.type,
        "help": found.help or None,
        "default": found.default,
        "pattern": found.pattern,
        "values": list(found.values) or None,
        "minimum": found.minimum,
        "maximum": found.maximum,
    }
    return {key: value for key, value in told.items() if value is not None}
