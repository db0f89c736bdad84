"""``bakehouse validate``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("validate", cls=Verb)
@click.option("--type", "type_", metavar="TYPE", help="Check for an environment of this type.")
@with_session
def command(session: Session, type_: str | None) -> Exit:
    """Check the application's files, and the catalog that they use.

    No environment and no state are needed: the files are checked for every environment type of the catalog, or for
    TYPE. What is wrong only in some types is a warning that names them.
    """
    from ...plans.operations.validating import check_application
    from ...plans.reports.validation import validation
    from ..views.document import view
    from ..views.validation import ValidText

    wiring = session.wiring
    application = wiring.application()
    checked = check_application(application, wiring.catalog(application), wiring.drivers, type_)
    view(session.screen, ValidText).show(validation(application, checked))
    return Exit.OK
