"""``bakehouse drivers list``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("list", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """List the installed drivers."""
    from ....plans.reports.drivers import drivers
    from ...views.catalog import DriversText
    from ...views.document import view

    view(session.screen, DriversText).show(drivers(session.wiring.drivers))
    return Exit.OK
