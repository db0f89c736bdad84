"""Versions for secret references: what makes a changed secret visible without its value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from ..graph.resources import Connection
from ..graph.values import Secret, Unknown, Value, fill, leaves
from .state.records import RecordedConnection

Newest = Callable[[Secret], str | None]
"""Answers the newest version of a reference, None when it cannot be known now."""


def with_versions(
    inputs: Mapping[str, Value], newest: Newest, recorded: Mapping[str, Value]
) -> Mapping[str, Value]:
    """Give every secret reference without a version the newest known one, else the one recorded last."""
    if not any(isinstance(leaf, Secret) and leaf.version is None for leaf in leaves(inputs)):
        return inputs
    former = {(s.store, s.ref): s.version for s in leaves(recorded) if isinstance(s, Secret)}

    def versioned(leaf: Unknown | Secret) -> Value:
        if not isinstance(leaf, Secret) or leaf.version is not None:
            return leaf
        return replace(leaf, version=newest(leaf) or former.get((leaf.store, leaf.ref)))

    filled: Mapping[str, Value] = fill(inputs, versioned)
    return filled


def recorded_connection(
    found: Connection | None, newest: Newest, former: RecordedConnection | None
) -> RecordedConnection | None:
    """A connection as it is recorded, its secrets with versions."""
    if found is None:
        return None
    values = with_versions(found.values, newest, former.values if former is not None else {})
    return RecordedConnection(found.name, found.kind, values)
