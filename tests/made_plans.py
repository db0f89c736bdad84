"""Changes and plans written by hand, for what people read."""

from typing import Any

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Diagnostic, Place
from bakehouse.graph.values import Value
from bakehouse.plans.action import Action
from bakehouse.plans.change import Change, PropertyDiff, Reason, Target, Why
from bakehouse.plans.order import Ties
from bakehouse.plans.plan import Origin, Plan

REQUESTED = (Reason(Why.REQUESTED, "requested", Place("score.yaml", 9, 5)),)


def change(address: str, action: Action, *diffs: PropertyDiff, **more: Any) -> Change:
    """A change, requested by a line of a file."""
    facts: dict[str, Any] = {"reasons": REQUESTED, "diffs": diffs, **more}
    return Change(Address.parse(address), f"uid-{address}", "slug", 1, 1, action, "template", 1, **facts)


def target(**inputs: Value) -> Target:
    """What a change is to come to."""
    definition = {"name": "somehow", "digest": "0" * 64, "body": {}}
    return Target(inputs, None, {}, definition, None, (), None, None, False)


def plan(*changes: Change, unchanged: int = 0, remarks: tuple[Diagnostic, ...] = ()) -> Plan:
    """A plan of these changes of the environment local of shop."""
    uid = "00000000-0000-0000-0000-000000000001"
    origin = Origin("2026-01-01T00:00:00Z", "me", 3)
    by_address = {c.address: c for c in changes}
    return Plan(
        "shop",
        "local",
        uid,
        "local",
        "store",
        by_address,
        Ties({}, {}),
        {},
        unchanged,
        origin,
        remarks=remarks,
    )
