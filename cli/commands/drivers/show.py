"""``bakehouse drivers show``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("show", cls=Verb)
@click.argument("name")
@with_session
def command(session: Session, name: str) -> Exit:
    """Show what a driver accepts and gives."""
    from ....graph.diagnostics import Diagnostic, did_you_mean
    from ....graph.errors import InvalidInput
    from ....plans.reports.drivers import driver
    from ...views.catalog import DriverText
    from ...views.document import view

    registry = session.wiring.drivers
    if name not in registry.names():
        hint = did_you_mean(name, registry.names(), noun="installed")
        raise InvalidInput(Diagnostic("unknown-driver", f"there is no driver '{name[:100]}'", hint=hint))
    view(session.screen, DriverText).show(driver(registry, name))
    return Exit.OK
