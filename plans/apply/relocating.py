"""Moves of a plan, carried out: one transaction before the walk, after which nothing knows the old addresses."""

from __future__ import annotations

from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic
from ..moves import collisions, writes_of
from ..moves.relocation import Places
from ..order import Step, StepKind
from ..state.records import StepRecord, StepStatus
from ..state.store import Snapshot, StateWriter, Write
from .ground import Ground


def occupied(snapshot: Snapshot, due: Places) -> list[Diagnostic]:
    """The moves that cannot be carried out any more, because something came to be at their new address."""
    return [
        Diagnostic(
            "stale-plan",
            f"{found.target} was created since the plan was made, and {found.source} was to move there",
            address=str(found.target),
            hint="plan again, look at it, and apply that",
        )
        for found in collisions(snapshot, due)
    ]


def carry_out(writer: StateWriter, ground: Ground, snapshot: Snapshot, due: Places) -> dict[Step, StepRecord]:
    """Move the rows, rename the edges that lead to them, and journal both, which is what it gives back.

    Raises BasisMoved, and then moves nothing.
    """
    writes = writes_of(snapshot, due)
    done: dict[Step, StepRecord] = {}
    if not writes:
        return done
    for write in writes:
        if write.moved_from is not None:
            ground.records.pop(write.moved_from, None)
    journalled: list[Write] = []
    for write in writes:
        if write.put is None:
            continue
        ground.records[write.put.address] = write.put
        kind = StepKind.RECORD if write.moved_from is None else StepKind.MOVE
        told = None if write.moved_from is None else f"from {write.moved_from}"
        step = Step(write.put.address, kind)
        done[step] = ground.step(step, StepStatus.DONE, message=told)
        journalled.append(replace(write, step=done[step]))
    writer.commit(journalled)
    return done
