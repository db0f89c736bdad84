"""The JSON Schemas of all kinds of files that people write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..graph.diagnostics import Diagnostic, did_you_mean
from ..graph.errors import InvalidInput
from ..resolvers.application import application_schema
from ..resolvers.catalog import KINDS, TEST_KIND, schema
from ..resolvers.score.schema import score_schema


def schema_of(kind: str) -> Mapping[str, Any]:
    """The schema; raises InvalidInput naming those that there are. Upper and lower case count as one."""
    known: dict[str, Callable[[], Mapping[str, Any]]] = {
        "Application": application_schema,
        "Score": score_schema,
        **{name: partial(schema, name) for name in (*KINDS, TEST_KIND)},
    }
    found = {name.lower(): name for name in known}.get(kind.lower())
    if found is None:
        hint = did_you_mean(kind, known, noun="kinds")
        raise InvalidInput(Diagnostic("unknown-kind", f"there is no kind '{kind[:100]}'", hint=hint))
    return known[found]()
