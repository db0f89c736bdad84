"""``bakehouse state show``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, addresses, with_session


@click.command("show", cls=Verb)
@click.argument("address", callback=addresses)
@with_session
def command(session: Session, address: str) -> Exit:
    """Show one recorded resource.

    Everything that is known of it without asking the world; secrets stand as ***.
    """
    from ....plans.reports.listing import resource
    from ...recorded import resource_of
    from ...views.document import view
    from ...views.resources import ResourceText

    wiring = session.wiring
    reader = wiring.store().reader()
    snapshot = reader.snapshot(wiring.environment(reader).uid)
    view(session.screen, ResourceText).show(resource(resource_of(snapshot, address)))
    return Exit.OK
