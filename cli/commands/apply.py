"""``bakehouse apply``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from ...graph.command import command as typed
from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ..deploying import Applying, Deploying, applying, reporting
from ..exits import Exit
from ..groups import Verb
from ..planning import planning, resuming
from ..rollout import Leg, Rollout
from ..selecting import Which, everywhere
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions, Workbench
    from ...plans.plan import Plan


@click.command("apply", cls=Verb)
@click.argument("plan", required=False, type=click.Path(dir_okay=False))
@planning
@applying
@reporting
@everywhere
@click.option("--require-current", is_flag=True, help="Refuse PLAN where the files would now give another.")
@click.option("--accept-new-state", is_flag=True, help="Accept a state that is older than the one last seen.")
@with_session
def command(
    session: Session,
    /,
    plan: str | None,
    options: PlanOptions,
    flags: Applying,
    which: Which,
    **said: bool,
) -> Exit:
    """Carry out a plan, saved or made now.

    With PLAN, exactly that plan is applied, or nothing where what it was made on has moved. Without it a plan is made,
    shown, and applied once it is agreed to. The same command resumes what was interrupted. With -e A,B or
    --all-environments every plan is shown, all are agreed to at once, and the first failure ends it. As Markdown the result
    is a comment that stands in the place of its plan's; the plan is shown on standard error then.
    """
    from ...plans.operations.planning import make_plan

    several = which.is_several(session)
    options = replace(options, parallelism=session.settings.parallelism)
    if plan is not None:
        if several:
            raise click.UsageError("a saved plan is of one environment; leave -e and --all-environments out")
        return _saved(session, plan, options, flags, said)
    wiring = session.wired(accept_new_state=said["accept_new_state"], overrides=options.overrides)
    wiring.application()
    bench = wiring.bench(create=True)
    if several:
        return _several(session, bench, which, options, flags)
    environment = wiring.environment(bench.store.reader())
    deploying = Deploying(session, bench, flags, resuming(options, environment.name))
    return deploying.run(lambda: make_plan(bench, environment, options).plan)


def _saved(
    session: Session, path: str, options: PlanOptions, flags: Applying, said: Mapping[str, bool]
) -> Exit:
    from ...plans import archive
    from ...plans.operations.requiring import asked_for, require_current

    saved = archive.read(Path(path))
    _check(saved, options, session.named_environment)
    wiring = session.wired(accept_new_state=said["accept_new_state"], overrides=asked_for(saved).overrides)
    bench = wiring.bench(create=True)
    if said["require_current"]:
        require_current(bench, saved)
    if options.roll_forward:
        saved = replace(saved, origin=replace(saved.origin, roll_forward=True))
    return Deploying(session, bench, flags, typed("apply", path)).saved(saved)


def _several(session: Session, bench: Workbench, which: Which, options: PlanOptions, flags: Applying) -> Exit:
    """Those that are paused are left out of all, and refuse where they are named."""
    from ...plans.operations.planning import make_plan
    from ...plans.reports.rollout import Fate, Stop

    chosen = which.environments(session, bench)
    skipped = [Stop(e, Fate.SKIPPED, why="paused") for e in chosen if which.all and e.paused]
    legs = [
        Leg(
            e,
            lambda e: make_plan(bench, e, options).plan,
            resuming(options, e.name),
        )
        for e in chosen
        if not (which.all and e.paused)
    ]

    def resume(left: Sequence[str]) -> str:
        return resuming(options, *left)

    return Rollout(session, bench, flags, resume).run(legs, skipped)


def _check(saved: Plan, options: PlanOptions, environment: str | None) -> None:
    """Refuse flags that ask for something else than the plan; those that only allow something do no harm."""
    shaping = {
        "--target": options.targets,
        "--exclude": options.excludes,
        "--replace": options.replace,
        "--refresh": options.refresh,
        "--image": options.images,
        "--overrides-file": options.overrides.files,
        "--override-property": options.overrides.properties,
    }
    given = [flag for flag, value in shaping.items() if value]
    if given:
        raise click.UsageError(f"{', '.join(given)}: a saved plan is applied as it is; give this to `plan`")
    if environment not in (None, saved.environment):
        message = f"the plan is of {saved.environment}, and -e names {environment}"
        hint = f"leave -e out, or plan {environment}"
        raise InvalidInput(Diagnostic("plan-of-another-environment", message, hint=hint))
