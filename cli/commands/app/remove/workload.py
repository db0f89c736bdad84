"""``bakehouse app remove workload``."""

from __future__ import annotations

import click

from ....editing import carry_out, dry
from ....exits import Exit
from ....groups import Verb
from ....session import Session, with_session


@click.command("workload", cls=Verb)
@click.argument("name")
@dry
@with_session
def command(session: Session, name: str, dry_run: bool) -> Exit:
    """Remove a workload's Score file.

    Refused while another workload has a resource that stands for it. The code beside the Score file stays, and what runs
    goes with the next apply.
    """
    from .....plans.operations.editing import remove_workload

    return carry_out(session, remove_workload(session.wiring.root, name), dry_run=dry_run)
