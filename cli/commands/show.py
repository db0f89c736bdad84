"""``bakehouse show``."""

from __future__ import annotations

from pathlib import Path

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("show", cls=Verb)
@click.argument("what", metavar="N|PLAN")
@click.option("--format", "format_", metavar="FORMAT", help="Of a plan: text, json, markdown or html.")
@click.option("--plan", "as_plan", is_flag=True, help="Show the plan of deployment N rather than its result.")
@with_session
def command(session: Session, what: str, as_plan: bool, format_: str | None) -> Exit:
    """Show one deployment, or a saved plan.

    N is a deployment's number, as `history` lists them; PLAN is a file written by `plan --out`.
    """
    from ...plans import archive
    from ..recorded import deployment_of, plan_of
    from ..views.document import view
    from ..views.outcome import DeploymentText
    from ..views.plan import plan_view

    if not what.isdecimal():
        plan_view(session.screen, format_, saved=what).show(archive.read(Path(what)))
        return Exit.OK
    wiring = session.wiring
    reader = wiring.store().reader()
    environment = wiring.environment(reader)
    if as_plan:
        plan_view(session.screen, format_).show(plan_of(reader, environment, int(what)))
        return Exit.OK
    if format_ is not None:
        raise click.UsageError("--format is about plans; with --plan it shows that of a deployment")
    view(session.screen, DeploymentText).show(deployment_of(reader, environment, int(what)))
    return Exit.OK
