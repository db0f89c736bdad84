"""``bakehouse catalog show``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("show", cls=Verb)
@click.argument("name")
@with_session
def command(session: Session, name: str) -> Exit:
    """Show one item of the catalog.

    NAME is that of a definition, type, environment type, profile or connection; everything of that name is shown.
    """
    from ....graph.diagnostics import Diagnostic, did_you_mean
    from ....graph.errors import InvalidInput
    from ....plans.reports.catalog import named, names
    from ...views.catalog import ItemsText
    from ...views.document import view

    catalog = session.wiring.any_catalog()
    found = named(catalog, name)
    if not found["items"]:
        hint = did_you_mean(name, names(catalog), noun="known")
        message = f"the catalog holds nothing called '{name[:100]}'"
        raise InvalidInput(Diagnostic("unknown-item", message, hint=hint))
    view(session.screen, ItemsText).show(found)
    return Exit.OK
