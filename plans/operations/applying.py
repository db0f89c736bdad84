"""The verb *apply*: takes the lease, checks the basis, and carries exactly this plan out."""

from __future__ import annotations

import itertools
import re
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from ...drivers.context import Workspace
from ...graph.diagnostics import Diagnostic
from ...graph.errors import BakehouseError, InvalidInput
from ..access import SecretAccess
from ..apply.call import Surroundings
from ..apply.ends import Ends
from ..apply.events import Event, EventKind, Listener
from ..apply.ground import Ground
from ..apply.heartbeat import Heartbeat
from ..apply.outcome import Outcome
from ..apply.relocating import carry_out, occupied
from ..apply.remains import folder_of_calls, swept
from ..apply.steps import Steps
from ..apply.stop import Stop
from ..apply.upgrading import require_drivers
from ..apply.walk import Limits, Walk
from ..change import Change
from ..filing import filed
from ..moves import due as due_moves
from ..moves import relocated
from ..order import Step
from ..plan import Plan
from ..probe import Probe
from ..references import References
from ..rolling import PAUSE, RESUME
from ..staleness import Earlier, StalePlan, moved
from ..state.holder import current_holder, is_gone
from ..state.records import (
    DeploymentRecord,
    DeploymentStatus,
    EnvironmentRecord,
    Holder,
    StepRecord,
    StepStatus,
)
from ..state.store import BasisMoved, Snapshot, StateError, StateReader, StateWriter
from .committed import refusals as uncommitted_of
from .refreshing import refuse_moved
from .standing import at_begin, at_end, paused, refusals
from .workbench import ApplyOptions, Workbench

_ATTEMPTS = 3
_CODED = re.compile(r"([a-z]+(?:-[a-z]+)+): (.+)", re.DOTALL)


class ConfirmationMissing(BakehouseError):
    """Protected resources are destroyed only with ``--confirm ENVIRONMENT``."""


class NothingDestroyed(BakehouseError):
    """All that was to be destroyed is protected."""


def apply_plan(bench: Workbench, plan: Plan, options: ApplyOptions, listen: Listener, stop: Stop) -> Outcome:
    """Carry ``plan`` out. Nothing has been started when this raises.

    Raises StalePlan, LeaseHeld, ConfirmationMissing, InvalidInput (refused changes, another store or
    environment), StateError. A failure of single resources is no exception but part of the outcome.
    """
    refuse(bench, plan)
    _check(plan, options)
    reader = bench.store.reader()
    environment = planned_environment(reader, plan)
    holder = current_holder(bench.actor, options.command)
    with bench.store.hold(environment.uid, holder, wait=options.wait) as writer:
        snapshot = reader.snapshot(environment.uid)
        found = list(refusals(reader, snapshot.environment, plan.origin))
        if found:
            raise InvalidInput(found)
        probe = Probe(bench.drivers, bench.workspace(environment))
        due = due_moves(plan.changes.values(), snapshot)
        taken = occupied(snapshot, due)
        if taken:
            raise StalePlan(taken)
        here = relocated(snapshot, due)
        earlier, resumes = _earlier(reader, plan, here)
        _refuse_stale(reader, plan, here, earlier, probe)
        require_drivers(plan, here.resources, probe)
        secrets = bench.secrets(environment, True)
        with Heartbeat(writer):
            refuse_moved(bench, plan, here, secrets, options.parallelism, earlier)
        index, blobs = filed(plan)
        became = at_begin(reader, snapshot.environment, plan.origin)
        deployment = writer.begin(_deployment(bench, plan, options.command, index, resumes), blobs, became)
        ground = Ground(plan, deployment, dict(snapshot.resources), bench.now)
        _announce(listen, ground, writer)
        relocated_steps = carry_out(writer, ground, snapshot, due)
        with Heartbeat(writer):
            is_over = _is_over(bench.workspace(environment).home)
        steps = Steps(ground, probe, secrets, References(reader), writer.lease, is_over)
        limits = Limits(options.parallelism, options.fail_fast, options.grace)
        with _surroundings(bench, environment, secrets) as around, Heartbeat(writer) as heart:
            walk = Walk(ground, writer, steps, Ends(ground, probe), around, limits)
            ended = {**relocated_steps, **walk.run(earlier.done, heart, stop, listen)}
        outcome = _outcome(deployment, ended, stop, options, bench.now())
        _finish(reader, writer, ground, outcome)
    _back_up(bench, outcome, listen)
    listen(_finished(outcome))
    return outcome


def _refuse_stale(
    reader: StateReader, plan: Plan, snapshot: Snapshot, earlier: Earlier, probe: Probe
) -> None:
    """Raise StalePlan where anything that the plan was made on has moved, or a driver has another schema."""
    actors = reader.deployments(snapshot.environment.uid)
    found = moved(plan, snapshot, earlier, actors) + References(reader).moved(plan)
    found += [d for c in plan.changes.values() for d in _other_driver(c, probe)][:1]
    if found:
        raise StalePlan(found)


def _other_driver(change: Change, probe: Probe) -> Iterator[Diagnostic]:
    """A finding where the installed driver records another schema than the one that was planned with."""
    if change.target is None:
        return
    installed = probe.traits(change.driver, str(change.address)).schema_version
    if installed != change.schema_version:
        yield Diagnostic(
            "stale-plan",
            f"driver {change.driver} has schema version {installed}, the plan was made with {change.schema_version}",
            address=str(change.address),
            hint="plan again with the drivers that are installed",
        )


def _back_up(bench: Workbench, outcome: Outcome, listen: Listener) -> None:
    """Copy the state; that it cannot be copied is told, and changes nothing about the deployment."""
    try:
        bench.store.backup()
    except StateError as error:
        first = error.diagnostics[0]
        detail = {"message": first.message, "hint": first.hint}
        listen(Event(EventKind.REMARK, bench.now(), outcome.deployment.number, detail=detail))


def refuse_paused(bench: Workbench, plan: Plan) -> None:
    """Raise InvalidInput where the environment is paused: then nothing of the plan is worth showing before."""
    found = tuple(paused(planned_environment(bench.store.reader(), plan), plan.origin))
    if found:
        raise InvalidInput(found)


def refuse(bench: Workbench, plan: Plan) -> None:
    """Raise InvalidInput with the reasons why the plan is not applied, whoever agrees to it."""
    reader = bench.store.reader()
    environment = planned_environment(reader, plan)
    found = tuple(paused(environment, plan.origin))
    if not plan.is_empty:
        found = tuple(uncommitted_of(plan)) or tuple(_refusal(c) for c in plan.refusals)
        found = found or tuple(refusals(reader, environment, plan.origin))
    if found:
        raise InvalidInput(found)


def refuse_idle(plan: Plan) -> None:
    """Raise NothingDestroyed where a plan is to destroy everything and holds all of it."""
    if not plan.keeps_everything:
        return
    names = [str(address) for address in plan.changes]
    listed = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    what = "the only resource" if len(names) == 1 else f"all {len(names)} resources"
    are = "is protected and was" if len(names) == 1 else "are protected and were"
    message = (
        f"nothing was destroyed: {what} of {plan.application} in {plan.environment} {are} kept: {listed}"
    )
    hint = (
        f"what is protected goes only with --allow-destroy ADDRESS, or all, and --confirm {plan.environment}"
    )
    raise NothingDestroyed(Diagnostic("nothing-destroyed", message, hint=hint))


def _finish(reader: StateReader, writer: StateWriter, ground: Ground, outcome: Outcome) -> None:
    """Write the deployment's end, and upon its success what it made of the environment, which others may amend meanwhile."""
    for attempt in range(_ATTEMPTS):
        environment = planned_environment(reader, ground.plan)
        became = at_end(environment, ground.plan, outcome, is_empty=not ground.records)
        try:
            writer.finish(outcome.deployment, became)
            return
        except BasisMoved:
            if attempt == _ATTEMPTS - 1:
                raise


def _check(plan: Plan, options: ApplyOptions) -> None:
    if options.confirm not in (None, plan.environment):
        message = f"'{options.confirm}' was confirmed, and this plan is of {plan.environment}"
        hint = "look again which environment is meant"
        raise ConfirmationMissing(Diagnostic("confirmation-missing", message, hint=hint))
    protected = [c for c in plan.changes.values() if c.protected and c.action.changes_world]
    if plan.destroy and protected and options.confirm != plan.environment:
        names = ", ".join(str(c.address) for c in protected[:5])
        raise ConfirmationMissing(
            Diagnostic(
                "confirmation-missing",
                f"this destroys {len(protected)} protected resources of {plan.environment}: {names}",
                hint=f"if that is meant, add --confirm {plan.environment}",
            )
        )


def _refusal(change: Change) -> Diagnostic:
    """Why a change cannot be applied, at the line that asks for it. A driver may begin its words with a code of its own."""
    said = _CODED.match(change.refused or "")
    code, text = (said[1], said[2]) if said else ("change-refused", change.refused)
    place = next((reason.place for reason in change.reasons if reason.place is not None), None)
    message = f"{change.address} cannot be applied: {text}"
    definition = change.target.definition.get("name") if change.target else None
    hint = f"it is met by definition {definition}" if definition else None
    return Diagnostic(code, message, place=place, address=str(change.address), hint=hint)


def planned_environment(reader: StateReader, plan: Plan) -> EnvironmentRecord:
    """The environment that a plan is of; raises InvalidInput where this store has no such one."""
    if reader.store_id != plan.store_id:
        raise InvalidInput(
            Diagnostic(
                "plan-of-another-store", "the plan was made against another state store", hint="check --state"
            )
        )
    for environment in reader.environments(plan.application):
        if environment.uid == plan.environment_uid:
            return environment
    where = f"{plan.application}/{plan.environment}"
    raise InvalidInput(
        Diagnostic(
            "plan-of-another-environment", f"the plan is of an environment {where} that is not registered"
        )
    )


def _earlier(reader: StateReader, plan: Plan, snapshot: Snapshot) -> tuple[Earlier, int | None]:
    """What unfinished deployments of this very plan did, and the number of the newest that it goes on from."""
    if plan.origin.kind in (PAUSE, RESUME):
        return Earlier(), None  # what was started may have ended since; doing it again does no harm
    same = (d for d in reader.deployments(plan.environment_uid) if d.plan_digest == plan.digest)
    found = list(itertools.takewhile(lambda d: d.status is not DeploymentStatus.SUCCEEDED, same))
    steps = [s for d in reversed(found) for s in reader.steps(plan.environment_uid, d.number)]
    earlier = Earlier.of(steps, plan, snapshot)
    return earlier, found[0].number if earlier.touched else None


def _deployment(
    bench: Workbench, plan: Plan, command: str, index: str, resumes: int | None
) -> DeploymentRecord:
    return DeploymentRecord(
        number=0,
        kind=plan.origin.kind,
        status=DeploymentStatus.RUNNING,
        plan_digest=plan.digest,
        started=bench.now(),
        actor=bench.actor,
        plan=index,
        application=plan.origin.application,
        catalog=plan.origin.catalog,
        catalog_revision=plan.origin.catalog_revision,
        images={k: v[0] for k, v in plan.origin.images.items()},
        commit=plan.origin.commit,
        reason=None if resumes is None else f"resumes deployment {resumes}",
        variables=plan.origin.variables,
        rolled_back_to=plan.origin.rolled_back_to,
        planned=plan.origin.created,
        command=command,
    )


def _is_over(home: Path) -> Callable[[Holder], bool]:
    """Tells whether a process and its children surely do nothing any more; waits for those of runs that are gone.

    Whoever held the environment in between, such as `state mv`, did not wait for them.
    """
    childless = swept(home)
    return lambda holder: childless and is_gone(holder)


@contextmanager
def _surroundings(
    bench: Workbench, environment: EnvironmentRecord, secrets: SecretAccess
) -> Generator[Surroundings]:
    workspace: Workspace = bench.workspace(environment)
    workspace.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = folder_of_calls(workspace.home)
    reader = bench.store.reader()

    def newest(ref: str) -> str | None:
        row = reader.secret(environment.uid, ref, None)
        return None if row is None else row.version

    try:
        yield Surroundings(workspace, secrets, newest, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _announce(listen: Listener, ground: Ground, writer: StateWriter) -> None:
    number = ground.deployment.number
    if writer.took_over_from is not None:
        holder = writer.took_over_from.holder
        detail = {"actor": holder.actor, "host": holder.host, "pid": holder.pid, "purpose": holder.purpose}
        listen(Event(EventKind.LEASE_TAKEN_OVER, ground.now(), number, detail=detail))
    total = len(ground.plan.steps())
    detail = {"total": total, "environment": ground.plan.environment, "resumes": ground.deployment.reason}
    listen(Event(EventKind.DEPLOYMENT_STARTED, ground.now(), number, detail=detail))


def _outcome(
    deployment: DeploymentRecord,
    steps: Mapping[Step, StepRecord],
    stop: Stop,
    options: ApplyOptions,
    now: str,
) -> Outcome:
    good = all(s.status in (StepStatus.DONE, StepStatus.UNCHANGED) for s in steps.values())
    if good:
        status = DeploymentStatus.SUCCEEDED
    else:
        status = DeploymentStatus.INTERRUPTED if stop.level else DeploymentStatus.FAILED
    counts = dict(sorted(Counter(s.status.value for s in steps.values()).items()))
    ended = replace(deployment, status=status, ended=now, counts=counts)
    return Outcome(
        ended, steps, interrupted=bool(stop.level) and not good, resume=None if good else options.command
    )


def _finished(outcome: Outcome) -> Event:
    deployment = outcome.deployment
    detail = {"status": deployment.status.value, "counts": dict(deployment.counts), "resume": outcome.resume}
    return Event(EventKind.DEPLOYMENT_FINISHED, deployment.ended or "", deployment.number, detail=detail)
