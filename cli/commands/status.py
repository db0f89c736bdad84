"""``bakehouse status``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("status", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """Show what runs, and where.

    Drivers of things that die with the machine are asked whether they run; everything else is shown as recorded.
    """
    from ...plans.operations.watching import running
    from ...plans.reports.status import status
    from ..views.document import view
    from ..views.status import StatusText

    wiring = session.wiring
    bench = wiring.bench()
    reader = bench.store.reader()
    environment = wiring.environment(reader)
    snapshot = reader.snapshot(environment.uid)
    last = next(iter(reader.deployments(environment.uid)), None)
    states = running(bench, environment, snapshot)
    view(session.screen, StatusText).show(
        status(snapshot, states, last, reader.lease(environment.uid), bench.now())
    )
    return Exit.OK
