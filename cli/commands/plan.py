"""``bakehouse plan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..planning import planning
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions


@click.command("plan", cls=Verb)
@planning
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False), help="Save the plan, to be applied as it is."
)
@click.option("--destroy", is_flag=True, help="Plan the destruction of everything recorded.")
@click.option("--format", "format_", metavar="FORMAT", help="text or json.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@with_session
def command(
    session: Session,
    options: PlanOptions,
    out: str | None,
    destroy: bool,
    format_: str | None,
    detailed_exitcode: bool,
) -> Exit:
    """Show what would change, and why.

    Nothing is touched or recorded. A plan saved with --out holds everything that apply needs, and is applied as it
    was reviewed or not at all.
    """
    from dataclasses import replace

    from ...plans.operations.planning import make_plan
    from ...plans.report import report
    from ..saving import save
    from ..views.plan import plan_view

    view = plan_view(session.screen, format_)
    if destroy and options.overrides:
        given = ", ".join(options.overrides.shown)
        raise click.UsageError(f"{given}: a destruction is planned from what is recorded")
    wiring = session.wired(overrides=options.overrides)
    if not destroy:
        wiring.application()
    bench = wiring.bench()
    environment = wiring.environment(bench.store.reader())
    plan = make_plan(bench, environment, replace(options, destroy=destroy)).plan
    view.show(report(plan))
    if out is not None:
        session.screen.tell(save(plan, Path(out)))
    return Exit.CHANGES if detailed_exitcode and plan.has_changes else Exit.OK
