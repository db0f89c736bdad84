"""``bakehouse env delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...deploying import Applying, Deploying, applying
from ...exits import Exit
from ...groups import Verb
from ...planning import destroying
from ...session import Session, with_session

if TYPE_CHECKING:
    from ....plans.operations.workbench import PlanOptions


@click.command("delete", cls=Verb)
@click.argument("name")
@destroying
@applying
@with_session
def command(session: Session, name: str, options: PlanOptions, flags: Applying) -> Exit:
    """Destroy what is recorded in an environment, then forget it.

    It is forgotten only once nothing is recorded any more: what is protected stays until --allow-destroy and --confirm
    let it go.
    """
    from dataclasses import replace

    from ....plans.operations.environments import select
    from ....plans.operations.planning import make_plan

    wiring = session.wiring
    bench = wiring.bench(create=True)
    reader = bench.store.reader()
    environment = select(reader, wiring.application_name(reader), name)
    if reader.snapshot(environment.uid).resources:
        deploying = Deploying(session, bench, flags, f"bakehouse env delete {name}")
        ended = deploying.run(lambda: make_plan(bench, environment, replace(options, destroy=True)).plan)
        if ended is not Exit.OK:
            return ended
    bench.store.forget(environment.uid)
    session.screen.tell([f"Environment {name} of {environment.application} is forgotten."])
    return Exit.OK
