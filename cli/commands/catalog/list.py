"""``bakehouse catalog list``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("list", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """List what the catalog holds.

    Layer by layer, the nearest first; what a layer declares hides the same name further away.
    """
    from ....plans.reports.catalog import catalog
    from ...views.catalog import CatalogText
    from ...views.document import view

    view(session.screen, CatalogText).show(catalog(session.wiring.any_catalog()))
    return Exit.OK
