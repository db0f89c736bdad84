"""``bakehouse show``."""

from __future__ import annotations

from pathlib import Path

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("show", cls=Verb)
@click.argument("what", metavar="N|PLAN")
@click.option(
    "--format", "format_", metavar="FORMAT", help="text, json, markdown (a comment), or of a plan html."
)
@click.option("--plan", "as_plan", is_flag=True, help="Show the plan of deployment N rather than its result.")
@click.option(
    "--since",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Of a plan: say what became of the plan saved there.",
)
@with_session
def command(session: Session, what: str, as_plan: bool, format_: str | None, since: str | None) -> Exit:
    """Show one deployment, or a saved plan.

    N is a deployment's number, as `history` lists them; PLAN is a file written by `plan --out`. As Markdown the result of a
    deployment is a comment with the same first line as that of its plan, in whose place it is meant to stand.
    """
    from ...plans import archive
    from ..recorded import deployment_of, plan_of
    from ..views.plan import plan_view
    from ..views.result import deployment_view

    former = None if since is None else archive.read(Path(since))
    if not what.isdecimal():
        plan_view(session.screen, format_, saved=what, since=former).show(archive.read(Path(what)))
        return Exit.OK
    if former is not None and not as_plan:
        raise click.UsageError("--since compares plans; --plan shows that of a deployment")
    wiring = session.wiring
    reader = wiring.store().reader()
    environment = wiring.environment(reader)
    if as_plan:
        plan_view(session.screen, format_, since=former).show(plan_of(reader, environment, int(what)))
        return Exit.OK
    deployment_view(session.screen, format_).show(deployment_of(reader, environment, int(what)))
    return Exit.OK
