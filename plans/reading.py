"""The action for a reference: what is recorded of it against what its owner gives now. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ..graph.diagnostics import Place
from ..graph.values import Value
from .action import Action
from .change import PropertyDiff, Reason, Why
from .compare import equal, properties
from .diff import NOTHING, Decision
from .references import Reading
from .state.records import ResourceRecord


def decide_reading(
    record: ResourceRecord | None,
    reading: Reading,
    driver: str,
    inputs: Mapping[str, Value],
    cause: Place | None,
) -> Decision:
    """Read where nothing is recorded, another owner is named, or what is used of the owner's outputs moved.

    A resource of one's own that is to become a reference is a replacement: its object goes.
    """
    if record is None:
        asked = tuple(PropertyDiff(k, after=v, added=True) for k, v in sorted(inputs.items()))
        return Decision(Action.READ, (Reason(Why.REQUESTED, "requested", cause),), asked)
    diffs = properties(record.inputs, inputs)
    if record.owner is None:
        text = f"driver changed from {record.driver} to {driver}"
        return Decision(Action.REPLACE, (Reason(Why.DRIVER, text, cause),), diffs)
    reasons = [Reason(Why.INPUT, f"input {d.path} changed", cause) for d in diffs]
    if record.owner.uid != reading.owner.uid:
        reasons.append(Reason(Why.OWNER, f"it is {reading.name} now"))
    else:
        moved = _moved(record.driver_outputs, reading.outputs)
        if moved:
            reasons.append(Reason(Why.OWNER, f"{reading.name} has other outputs: {', '.join(moved)}"))
    return Decision(Action.READ, tuple(reasons), diffs) if reasons else NOTHING


def _moved(before: Mapping[str, Value], now: Mapping[str, Value]) -> list[str]:
    names = sorted({*before, *now})
    return [n for n in names if n not in before or n not in now or not equal(before[n], now[n])]
