"""How an environment stands: expired, paused, rolled back; what plans say of it, what it forbids, what changes it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...graph.command import command
from ...graph.diagnostics import Diagnostic, Severity
from ..apply.outcome import Outcome
from ..plan import Origin, Plan
from ..rolling import DESTROY, PAUSE, RESUME, ROLLBACK, choose, rolled_away, rolled_back, still_there
from ..state.records import EnvironmentRecord
from ..state.store import StateReader


def remarks(reader: StateReader, environment: EnvironmentRecord, origin: Origin) -> Iterator[Diagnostic]:
    """What a plan says about its environment, beside its changes."""
    if environment.expired(origin.created):
        message = f"{environment.name} is expired since {environment.expires}"
        hint = "`bakehouse env delete --expired` deletes it"
        yield Diagnostic("environment-expired", message, Severity.WARNING, hint=hint)
    if environment.rolled_back is not None and origin.kind != ROLLBACK:
        message = f"{environment.name} is rolled back to deployment {environment.rolled_back.to}"
        yield Diagnostic("environment-rolled-back", message, Severity.NOTICE)
    for found in refusals(reader, environment, origin):
        yield replace(found, severity=Severity.WARNING)


def refusals(reader: StateReader, environment: EnvironmentRecord, origin: Origin) -> Iterator[Diagnostic]:
    """Why a plan of this origin cannot be applied as the environment stands."""
    yield from paused(environment, origin)
    if origin.roll_forward or origin.application is None or origin.kind == ROLLBACK:
        return
    known = {d.number: d for d in reader.deployments(environment.uid)} if environment.rolled_back else {}
    away = rolled_away(origin, environment, known)
    if away is not None:
        message = f"this brings back deployment {away.number}, which was rolled away from {environment.name}"
        hint = "if that is meant, add --roll-forward to `bakehouse apply`; other changes of the files are applied as ever"
        yield Diagnostic("rolled-away", message, hint=hint)


def paused(environment: EnvironmentRecord, origin: Origin) -> Iterator[Diagnostic]:
    """That a paused environment takes nothing but its end or its resumption; not even a plan without changes."""
    if environment.paused and origin.kind not in (PAUSE, RESUME, DESTROY):
        message = f"{environment.name} is paused, and nothing is applied to a paused environment"
        yield Diagnostic("environment-paused", message, next=command("env", "resume", environment.name))


def at_begin(reader: StateReader, environment: EnvironmentRecord, origin: Origin) -> EnvironmentRecord | None:
    """What the begin of a deployment makes of the environment's record; None for nothing."""
    became = _turned(reader, environment, origin)
    return replace(became or environment, last_read=origin.created) if origin.refreshed else became


def _turned(reader: StateReader, environment: EnvironmentRecord, origin: Origin) -> EnvironmentRecord | None:
    if origin.kind == PAUSE:
        return None if environment.paused else replace(environment, paused=True)
    if origin.rolled_back_to is not None:
        deployments = reader.deployments(environment.uid)
        return rolled_back(environment, choose(deployments, origin.rolled_back_to), deployments)
    if environment.rolled_back is None or origin.kind == RESUME:
        return None
    stands = reader.deployment(environment.uid, environment.rolled_back.to)
    if stands is not None and still_there(origin, stands):
        return None
    return replace(environment, rolled_back=None)


def at_end(
    environment: EnvironmentRecord, plan: Plan, outcome: Outcome, *, is_empty: bool
) -> EnvironmentRecord | None:
    """What the end of a deployment makes of the environment's record; ``is_empty``: nothing is recorded any more.

    A resume that was gone through ends the pause, also where something did not start: else no apply could repair it.
    """
    kind = plan.origin.kind
    resumed = kind == RESUME and not outcome.interrupted
    destroyed = kind == DESTROY and outcome.succeeded and is_empty
    if environment.paused and (resumed or destroyed):
        return replace(environment, paused=False)
    if environment.seed is not None and outcome.succeeded and plan.origin.application is not None:
        return replace(environment, seed=None)
    return None
