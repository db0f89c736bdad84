"""``bakehouse plan``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..planning import planning
from ..selecting import Which, everywhere
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions
    from ...plans.plan import Plan


@click.command("plan", cls=Verb)
@planning
@everywhere
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False), help="Save the plan, to be applied as it is."
)
@click.option("--destroy", is_flag=True, help="Plan the destruction of everything recorded.")
@click.option(
    "--format", "format_", metavar="FORMAT", help="text, json, markdown (a pull request's comment) or html."
)
@click.option(
    "--since",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Say what became of the plan saved there: what is new, different or gone.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@with_session
def command(
    session: Session,
    /,
    options: PlanOptions,
    which: Which,
    out: str | None,
    format_: str | None,
    since: str | None,
    **said: bool,
) -> Exit:
    """Show what would change, and why.

    Nothing is touched or recorded. A plan saved with --out holds everything that apply needs, and is applied as it
    was reviewed or not at all. With -e A,B or --all-environments each environment is planned. The exit code is 1 where
    a change cannot be carried out.
    """
    from msgspec.structs import replace

    from ...plans.operations.planning import make_plan
    from ..rollout import Leg, planned
    from ..saving import save

    several = which.is_several(session)
    view = _view(session, format_, several=several, out=out, since=since)
    if said["destroy"]:
        _check_destroy(options)
    wiring = session.wired(overrides=options.overrides)
    if not said["destroy"]:
        wiring.application()
    bench = wiring.bench()
    chosen = which.environments(session, bench) if several else [wiring.environment(bench.store.reader())]
    options = replace(options, destroy=said["destroy"], parallelism=session.settings.parallelism)
    plans = planned(Leg(e, lambda e: make_plan(bench, e, options).plan, "") for e in chosen)
    view(plans)
    if out is not None:
        session.screen.tell(save(plans[0], Path(out)))
    return _exit(plans, detailed=said["detailed_exitcode"])


def _view(
    session: Session, format_: str | None, *, several: bool, out: str | None, since: str | None
) -> Callable[[Sequence[Plan]], None]:
    """What shows the plans. Refuses a file, which holds one plan, where there are several."""
    from ...plans import archive
    from ..views.plan import plans_view

    for flag, file in (("--out", out), ("--since", since)):
        if several and file is not None:
            raise click.UsageError(f"{flag} is for the plan of one environment")
    former = None if since is None else archive.read(Path(since))
    return plans_view(session.screen, format_, several=several, saved=out, since=former)


def _check_destroy(options: PlanOptions) -> None:
    """Refuse what a destruction has no use for."""
    if options.overrides:
        raise click.UsageError(f"{', '.join(options.overrides.shown)}: a destruction is planned from records")
    if options.refresh:
        raise click.UsageError("--refresh: a destruction deletes what is there, whatever became of it")


def _exit(plans: Sequence[Plan], *, detailed: bool) -> Exit:
    if any(plan.refusals for plan in plans):
        return Exit.ERROR
    return Exit.CHANGES if detailed and any(plan.has_changes for plan in plans) else Exit.OK
