"""``bakehouse restart``."""

from __future__ import annotations

import click

from ...graph.command import command as typed
from ..deploying import Applying, Deploying, applying
from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("restart", cls=Verb)
@click.argument("workload")
@applying
@with_session
def command(session: Session, workload: str, flags: Applying) -> Exit:
    """Restart a workload.

    WORKLOAD is its name, or its address where it has a class. It is an ordinary small deployment of the workload and what
    it depends on: what has changed of these in the files is taken along, nothing else is touched, and nothing removed.
    """
    from ...plans.operations.planning import make_plan
    from ...plans.operations.workbench import PlanOptions

    wiring = session.wiring
    wiring.application()
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    address = workload if "#" in workload else f"workload#{workload}"
    options = PlanOptions(restart=(address,), targets=(address,))
    resume = typed("apply", environment=environment.name)
    return Deploying(session, bench, flags, resume).run(lambda: make_plan(bench, environment, options).plan)
