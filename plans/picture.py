"""The picture of a plan: what changes, and the unchanged resources that it leans on. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..graph.address import Address
from ..graph.draw import Drawing, Drawn, label_of
from .action import Action
from .change import Change
from .plan import Plan


def picture(plan: Plan) -> Drawing:
    """What ``plan`` would do, from the plan alone: the application's files need not be there."""
    changed = [_drawn(change) for change in plan.changes.values()]
    leaned_on = sorted(a for a in plan.basis if a not in plan.changes)
    untouched = [Drawn(str(a), action=Action.NO_OP.label) for a in leaned_on]
    arrows = dict.fromkeys(arrow for change in plan.changes.values() for arrow in _arrows(change))
    arrows |= dict.fromkeys(_former(plan))
    return Drawing(
        f"plan for {plan.application} in {plan.environment}", (*changed, *untouched), tuple(arrows)
    )


def _drawn(change: Change) -> Drawn:
    caption = "" if change.target is None else str(change.target.definition["name"])
    action = Action.NO_OP if change.record_only else change.action
    return Drawn(str(change.address), caption, change.workload, action.label)


def _arrows(change: Change) -> Iterator[tuple[str, str, str]]:
    """An arrow to each resource that the changed one depends on from now on, with the outputs that it uses."""
    if change.target is None:
        return
    outputs: dict[Address, list[str]] = {}
    for edge in change.target.edges:
        outputs.setdefault(edge.target, []).append(edge.output)
    for target, names in outputs.items():
        yield str(change.address), str(target), label_of(names)


def _former(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """An arrow from each removed resource to what it depended on until now."""
    for target, users in plan.ties.users.items():
        yield from ((str(user), str(target), "") for user in users if plan.changes[user].target is None)
