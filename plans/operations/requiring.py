"""The flag ``--require-current``: a saved plan counts only while the checkout would give the same one."""

from __future__ import annotations

from ...graph.diagnostics import Diagnostic
from ...resolvers.application import NO_OVERRIDES
from ...resolvers.score import Written
from ..action import Action
from ..change import Change, Why
from ..packing import unpacked
from ..plan import Plan
from ..staleness import StalePlan
from .applying import planned_environment
from .planning import make_plan
from .workbench import PlanOptions, Workbench


def require_current(bench: Workbench, plan: Plan) -> None:
    """Plan the checkout with what ``plan`` was asked for; raises StalePlan naming each change that differs,
    and InvalidInput where the plan is of another store or environment.
    """
    environment = planned_environment(bench.store.reader(), plan)
    current = make_plan(bench, environment, asked_for(plan)).plan
    if current.digest == plan.digest:
        return
    then, now = plan.change_digests, current.change_digests
    differing = sorted(a for a in {*then, *now} if then.get(a) != now.get(a))
    raise StalePlan(
        Diagnostic(
            "plan-not-current",
            f"{address} {_how(address in then, address in now)}",
            address=str(address),
            hint="plan again, look at it, and apply that",
        )
        for address in differing
    )


def asked_for(plan: Plan) -> PlanOptions:
    """The options that a plan was made with, as far as the plan tells."""
    reasons = {c.address: {r.why for r in c.reasons} for c in plan.changes.values()}
    return PlanOptions(
        destroy=plan.destroy,
        replace=tuple(str(a) for a, why in reasons.items() if Why.ASKED in why),
        targets=plan.origin.targets,
        excludes=plan.origin.excludes,
        refresh=plan.origin.refreshed or any(why == {Why.DRIFT} for why in reasons.values()),
        allow_mass_delete=sum(c.action is Action.DELETE for c in plan.changes.values()) or None,
        restart=tuple(str(a) for a, why in reasons.items() if Why.RESTART in why),
        rotate={str(c.address): c.rotate for c in plan.changes.values() if c.rotate is not None},
        allow_destroy=tuple(str(c.address) for c in plan.changes.values() if _may_be_allowed(c)),
        images={key: image for key, (image, source) in plan.origin.images.items() if source == "--image"},
        overrides=_overrides(plan),
    )


def _may_be_allowed(change: Change) -> bool:
    """Whether the plan may have needed ``--allow-destroy`` for it; to allow what needs none changes nothing."""
    loses_below = change.action is Action.UPDATE and change.dangerous and change.refused is None
    return change.protected or change.action is Action.REPLACE or loses_below


def _overrides(plan: Plan) -> Written:
    """What was laid upon the files that the plan was made from."""
    if plan.origin.application is None:
        return NO_OVERRIDES
    return Written.of(unpacked(plan.blobs[plan.origin.application]))


def _how(planned: bool, wanted: bool) -> str:
    if planned and wanted:
        return "would be changed otherwise by the files as they are now"
    return (
        "is not changed by the files as they are now"
        if planned
        else "would be changed by the files as they are now"
    )
