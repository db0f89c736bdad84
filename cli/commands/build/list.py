"""``bakehouse build list``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("list", cls=Verb)
@click.option("--application", metavar="NAME", help="The application; else that of this folder.")
@with_session
def command(session: Session, application: str | None) -> Exit:
    """List the recorded builds of an application.

    The one that arrived last comes first.
    """
    from ....plans.reports.builds import builds
    from ...views.builds import BuildsText
    from ...views.document import view

    reader = session.wiring.store().reader()
    name = application or session.wiring.application_name(reader)
    view(session.screen, BuildsText).show(builds(name, reversed(reader.builds(name))))
    return Exit.OK
