"""``bakehouse rollback``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...graph.command import command as typed
from ..deploying import Applying, Deploying, applying
from ..exits import Exit
from ..groups import Verb
from ..planning import removing
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions


@click.command("rollback", cls=Verb)
@click.option(
    "--to",
    "number",
    type=click.IntRange(1),
    metavar="N",
    help="The deployment to go back to; default: the one before.",
)
@removing
@applying
@with_session
def command(session: Session, number: int | None, options: PlanOptions, flags: Applying) -> Exit:
    """Go back to what an earlier deployment was made from.

    The application's files, the catalog, images and plain variables of deployment N are planned, shown, and applied once
    that is agreed to. Data, secrets and connections stay as they are, and what has been added since is removed by the
    ordinary rules. By default N is the last deployment that succeeded before the current one. Until something else is
    applied, the files that were rolled away need --roll-forward.
    """
    from ...plans.operations.rolling import choose_target, plan_rollback

    wiring = session.wiring
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    target = choose_target(bench, environment, number)
    resume = typed("rollback", "--to", str(target.number), environment=environment.name)
    deploying = Deploying(session, bench, flags, resume)
    return deploying.run(lambda: plan_rollback(bench, environment, target, options).plan)
