"""``bakehouse app add route``."""

from __future__ import annotations

from typing import Any

import click

from ....editing import carry_out, dry
from ....exits import Exit
from ....groups import Verb
from ....session import Session, with_session


@click.command("route", cls=Verb)
@click.argument("workload")
@click.argument("name", default="route")
@click.option("--host", metavar="HOST", help="The host name, as it is.")
@click.option("--dns", metavar="RESOURCE", help="The resource that gives the host name.")
@click.option("--path", default="/", metavar="PATH", show_default=True, help="What requests begin with.")
@click.option("--port", metavar="PORT", help="The port, by name or number.")
@dry
@with_session
def command(session: Session, /, workload: str, dry_run: bool, **described: Any) -> Exit:
    """Add a route to a workload's port, with a host name.

    Without --host and --dns the host is that of the workload's only resource of type dns, which is added where there is
    none. Without --port it leads to the only port.
    """
    from .....plans.operations.editing import NewRoute, add_route

    if described["host"] is not None and described["dns"] is not None:
        raise click.UsageError("give --host or --dns, not both")
    edit = add_route(session.wiring.root, workload, NewRoute(**described))
    return carry_out(session, edit, dry_run=dry_run)
