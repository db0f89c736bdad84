"""``bakehouse env delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ....graph.command import command as typed
from ...deploying import Applying, Deploying, applying
from ...exits import Exit
from ...groups import Verb
from ...planning import destroying
from ...session import Session, with_session
from ...sweeping import sweep

if TYPE_CHECKING:
    from ....plans.operations.workbench import PlanOptions


@click.command("delete", cls=Verb)
@click.argument("name", required=False)
@click.option("--expired", is_flag=True, help="All whose time is over; with --auto-approve for cron and CI.")
@click.option(
    "--all", "everyone", is_flag=True, help="With --expired: those of all applications in the store."
)
@destroying
@applying
@with_session
def command(
    session: Session, name: str | None, expired: bool, everyone: bool, options: PlanOptions, flags: Applying
) -> Exit:
    """Destroy what is recorded in an environment, then forget it.

    It is forgotten only once nothing is recorded any more: what is protected stays until --allow-destroy and --confirm
    let it go. With --expired, environments whose time is over are deleted one after another, protected resources, too;
    one that holds an adopted resource stays as it is and is reported, and the exit code is 1.
    """
    from contextlib import suppress

    from msgspec.structs import replace

    from ....plans.operations.applying import NothingDestroyed
    from ....plans.operations.environments import forget, select
    from ....plans.operations.planning import make_plan

    if expired is (name is not None):
        raise click.UsageError("give either the NAME of an environment or --expired")
    wiring = session.wiring
    bench = wiring.bench(create=True)
    if expired:
        if options.allow_destroy or flags.confirm:
            raise click.UsageError("--allow-destroy and --confirm belong to one environment; give its NAME")
        return sweep(session, bench, flags, everyone=everyone)
    if everyone:
        raise click.UsageError("--all goes with --expired")
    reader = bench.store.reader()
    environment = select(reader, wiring.application_name(reader), name)
    if reader.snapshot(environment.uid).resources:
        deploying = Deploying(session, bench, flags, typed("env", "delete", environment.name))
        with suppress(NothingDestroyed):  # what is left is told below
            ended = deploying.run(lambda: make_plan(bench, environment, replace(options, destroy=True)).plan)
            if ended is not Exit.OK:
                return ended
    forget(bench, environment)
    session.screen.tell([f"Environment {environment.name} of {environment.application} is forgotten."])
    return Exit.OK
