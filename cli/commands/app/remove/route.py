"""``bakehouse app remove route``."""

from __future__ import annotations

import click

from ....editing import carry_out, dry
from ....exits import Exit
from ....groups import Verb
from ....session import Session, with_session


@click.command("route", cls=Verb)
@click.argument("workload")
@click.argument("name", required=False)
@dry
@with_session
def command(session: Session, workload: str, name: str | None, dry_run: bool) -> Exit:
    """Remove a route.

    Without NAME the workload's only one. The resource that gives the host name stays.
    """
    from .....plans.operations.editing import remove_route

    return carry_out(session, remove_route(session.wiring.root, workload, name), dry_run=dry_run)
