"""``bakehouse app remove resource``."""

from __future__ import annotations

import click

from ....editing import carry_out, dry
from ....exits import Exit
from ....groups import Verb
from ....session import Session, with_session


@click.command("resource", cls=Verb)
@click.argument("names", nargs=-1, required=True, metavar="WORKLOAD NAME")
@click.option("--shared", is_flag=True, help="Remove one that belongs to the application; give only NAME.")
@dry
@with_session
def command(session: Session, names: tuple[str, ...], shared: bool, dry_run: bool) -> Exit:
    """Remove a resource that nothing refers to.

    Refused while a placeholder refers to it; each is named with its line. What becomes of the object itself is shown by the
    next plan.
    """
    from .....plans.operations.editing import remove_resource
    from ....owners import owner

    workload, name = owner(names, shared=shared)
    return carry_out(session, remove_resource(session.wiring.root, workload, name), dry_run=dry_run)
