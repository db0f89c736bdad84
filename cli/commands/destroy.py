"""``bakehouse destroy``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...graph.command import command as typed
from ..deploying import Applying, Deploying, applying
from ..exits import Exit
from ..groups import Verb
from ..planning import destroying
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions


@click.command("destroy", cls=Verb)
@destroying
@applying
@with_session
def command(session: Session, options: PlanOptions, flags: Applying) -> Exit:
    """Destroy everything that is recorded in an environment.

    The environment stays registered. Protected resources are held unless --allow-destroy names them, and then
    --confirm ENVIRONMENT must agree; where all are held, nothing is changed and the exit code is 6. Neither the
    application's files nor the catalog are needed.
    """
    from msgspec.structs import replace

    from ...plans.operations.planning import make_plan

    wiring = session.wiring
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    deploying = Deploying(session, bench, flags, typed("destroy", environment=environment.name))
    return deploying.run(lambda: make_plan(bench, environment, replace(options, destroy=True)).plan)
