"""Reasons of changes whose occasion is no difference between inputs."""

from __future__ import annotations

from ..graph.resources import ResourceNode
from .change import Reason, Why
from .moves import Move
from .state.records import ResourceRecord


def moved_by(move: Move) -> Reason:
    """The reason of a change that comes from a move."""
    return Reason(Why.MOVED, move.text, move.place)


def restated_by(node: ResourceNode, record: ResourceRecord | None, move: Move | None) -> tuple[Reason, ...]:
    """Why a record is written though nothing else changes: its definition did, unless there is another occasion."""
    if move is not None or (record is not None and record.deposed):
        return ()
    return (Reason(Why.DEFINITION, "definition changed", node.definition.place),)
