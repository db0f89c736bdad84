"""``bakehouse rotate``."""

from __future__ import annotations

import click

from ...graph.command import command as typed
from ..deploying import Applying, Deploying, applying
from ..exits import Exit
from ..groups import Verb
from ..session import Session, addresses, with_session


@click.command("rotate", cls=Verb)
@click.argument("address", callback=addresses)
@click.argument("field", required=False)
@applying
@with_session
def command(session: Session, address: str, field: str | None, flags: Applying) -> Exit:
    """Give secret outputs of a resource new values.

    ADDRESS names the resource, FIELD one of its secret outputs; without FIELD all get new values. It is an ordinary small
    deployment of the resource, what uses it, and what these depend on: what has changed of them in the files is taken
    along, nothing else is touched, and nothing removed.
    """
    from ...plans.change import ROTATE_ALL
    from ...plans.operations.planning import make_plan
    from ...plans.operations.workbench import PlanOptions

    wiring = session.wiring
    wiring.application()
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    options = PlanOptions(rotate={address: field or ROTATE_ALL})
    resume = typed("apply", environment=environment.name)
    return Deploying(session, bench, flags, resume).run(lambda: make_plan(bench, environment, options).plan)
