"""``bakehouse validate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..overriding import overriding
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...resolvers.score import Written


@click.command("validate", cls=Verb)
@click.option("--type", "type_", metavar="TYPE", help="Check for an environment of this type.")
@click.option("--no-catalog", is_flag=True, help="Check the application's files alone.")
@overriding
@with_session
def command(session: Session, type_: str | None, no_catalog: bool, overrides: Written) -> Exit:
    """Check the application's files, and the catalog that they use.

    No environment and no state are needed: the files are checked for every environment type of the catalog, or for
    TYPE. What is wrong only in some types is a warning that names them. Where there is no catalog, or with --no-catalog,
    the files are checked against each other and the standard resource types, and it is said what was not checked.
    """
    from ...plans.operations.validating import check_alone, check_application
    from ...plans.reports.validation import validation
    from ..views.document import view
    from ..views.validation import ValidText

    if no_catalog and type_ is not None:
        raise click.UsageError("--type names an environment type of the catalog, and --no-catalog reads none")
    wiring = session.wired(overrides=overrides)
    application = wiring.application()
    if no_catalog:
        checked = check_alone(application, wiring.built_in_catalog())
    else:
        checked = check_application(application, wiring.catalog(application), wiring.drivers, type_)
    view(session.screen, ValidText).show(validation(application, checked))
    return Exit.OK
