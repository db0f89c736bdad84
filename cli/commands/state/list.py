"""``bakehouse state list``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("list", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """List the recorded resources."""
    from ....plans.reports.listing import listing
    from ...views.document import view
    from ...views.resources import ResourcesText

    wiring = session.wiring
    reader = wiring.store().reader()
    snapshot = reader.snapshot(wiring.environment(reader).uid)
    view(session.screen, ResourcesText).show(listing(snapshot))
    return Exit.OK
