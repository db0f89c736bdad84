"""Deletes the environments whose time is over, one after another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..graph.command import command as typed
from .deploying import Applying
from .exits import Exit
from .rollout import Leg, Rollout

if TYPE_CHECKING:
    from ..graph.diagnostics import Diagnostic
    from ..plans.operations.workbench import Workbench
    from ..plans.plan import Plan
    from ..plans.state.records import EnvironmentRecord
    from .session import Session


def sweep(session: Session, bench: Workbench, flags: Applying, *, everyone: bool) -> Exit:
    """Delete the expired environments of the application, or of ``everyone``; those that must stay are told."""
    from ..plans.operations.sweeping import expired, obstacles
    from ..plans.reports.rollout import Fate, Stop
    from .views.problems import problems

    reader = bench.store.reader()
    application = None if everyone else session.wiring.application_name(reader)
    legs: list[Leg] = []
    kept: list[Stop] = []
    found: list[Diagnostic] = []
    for environment in expired(reader, bench.now(), application):
        here = tuple(obstacles(reader.snapshot(environment.uid)))
        found.extend(here)
        if here:
            kept.append(Stop(environment, Fate.KEPT, why=f"it holds {here[0].address}, which was adopted"))
        else:
            legs.append(_leg(bench, environment))
    if found:
        problems(session.screen, lambda place: None).show(found)
    if not legs and not kept:
        session.screen.tell(["No environment is expired."])
        return Exit.OK
    rollout = Rollout(
        session,
        bench,
        flags,
        lambda left: typed("env", "delete", "--expired", *(["--all"] if everyone else [])),
    )
    return rollout.sweep(legs, kept)


def _leg(bench: Workbench, environment: EnvironmentRecord) -> Leg:
    from ..plans.operations.environments import forget
    from ..plans.operations.planning import make_plan
    from ..plans.operations.workbench import PlanOptions

    def make(environment: EnvironmentRecord) -> Plan:
        return make_plan(bench, environment, PlanOptions(destroy=True)).plan

    return Leg(
        environment, make, typed("env", "delete", environment.name), partial(forget, bench, environment)
    )
