"""``bakehouse types``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("types", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """List the resource types and what they give.

    Those of the application's catalog; outside an application the built-in ones.
    """
    from ...plans.reports.catalog import types
    from ..views.catalog import TypesText
    from ..views.document import view

    view(session.screen, TypesText).show(types(session.wiring.any_catalog()))
    return Exit.OK
