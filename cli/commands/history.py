"""``bakehouse history``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("history", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """List the deployments of an environment."""
    from ...plans.reports.history import history
    from ..views.document import view
    from ..views.history import HistoryText

    wiring = session.wiring
    reader = wiring.store().reader()
    environment = wiring.environment(reader)
    view(session.screen, HistoryText).show(history(environment, reader.deployments(environment.uid)))
    return Exit.OK
