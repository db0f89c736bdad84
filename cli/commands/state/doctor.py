"""``bakehouse state doctor``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("doctor", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """Look everything through that is recorded, and say how to repair it.

    All environments of the store are read, and the store itself is checked; nothing is changed. The exit code is 1 where
    something that was recorded is lost or cannot be read. What the next apply settles by itself is told, too.
    """
    from ....plans.reports.examination import examination
    from ....plans.state.store import StateError
    from ...views.document import view
    from ...views.examination import ExaminationText

    try:
        findings = session.wiring.store().examine()
    except StateError as error:
        findings = error.diagnostics
    document = examination(findings)
    view(session.screen, ExaminationText).show(document)
    return Exit.OK if document["healthy"] else Exit.ERROR
