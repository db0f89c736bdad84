"""``bakehouse env list``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("list", cls=Verb)
@click.option("--all", "everyone", is_flag=True, help="Those of all applications in the store.")
@with_session
def command(session: Session, everyone: bool) -> Exit:
    """List the environments of this application."""
    from ....plans.reports.environments import environments
    from ...views.document import view
    from ...views.environments import EnvironmentsText
    from ...wiring import now

    wiring = session.wiring
    reader = wiring.reader_if_any()
    if reader is None:
        view(session.screen, EnvironmentsText).show(environments("this application", (), now()))
        return Exit.OK
    application = None if everyone else wiring.application_name(reader)
    found = [(e, next(iter(reader.deployments(e.uid)), None)) for e in reader.environments(application)]
    view(session.screen, EnvironmentsText).show(environments(application or "all", found, now()))
    return Exit.OK
