"""``bakehouse apply``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ..deploying import Applying, Deploying, applying
from ..exits import Exit
from ..groups import Verb
from ..planning import planning
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions
    from ...plans.plan import Plan


@click.command("apply", cls=Verb)
@click.argument("plan", required=False, type=click.Path(dir_okay=False))
@planning
@applying
@click.option("--require-current", is_flag=True, help="Refuse PLAN where the files would now give another.")
@click.option("--accept-new-state", is_flag=True, help="Accept a state that is older than the one last seen.")
@with_session
def command(
    session: Session,
    plan: str | None,
    options: PlanOptions,
    flags: Applying,
    require_current: bool,
    accept_new_state: bool,
) -> Exit:
    """Carry out a plan, saved or made now.

    With PLAN, exactly that plan is applied, or nothing where what it was made on has moved. Without it a plan is made,
    shown, and applied once it is agreed to. The same command resumes what was interrupted.
    """
    from ...plans import archive
    from ...plans.operations.planning import make_plan
    from ...plans.operations.requiring import asked_for
    from ...plans.operations.requiring import require_current as current

    if plan is not None:
        saved = archive.read(Path(plan))
        _check(saved, options, session.named_environment)
        wiring = session.wired(accept_new_state=accept_new_state, overrides=asked_for(saved).overrides)
        resume = f"bakehouse apply {shlex.quote(plan)}"
        bench = wiring.bench(create=True)
        if require_current:
            current(bench, saved)
        return Deploying(session, bench, flags, resume).saved(saved)
    wiring = session.wired(accept_new_state=accept_new_state, overrides=options.overrides)
    wiring.application()
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    resume = " ".join((f"bakehouse apply -e {environment.name}", *options.overrides.flags))
    deploying = Deploying(session, bench, flags, resume)
    return deploying.run(lambda: make_plan(bench, environment, options).plan)


def _check(saved: Plan, options: PlanOptions, environment: str | None) -> None:
    """Refuse flags that ask for something else than the plan; those that only allow something do no harm."""
    shaping = {
        "--target": options.targets,
        "--exclude": options.excludes,
        "--replace": options.replace,
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
