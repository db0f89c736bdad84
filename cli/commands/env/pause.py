"""``bakehouse env pause``."""

from __future__ import annotations

import click

from ....graph.command import command as typed
from ...deploying import Applying, Deploying, waiting
from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("pause", cls=Verb)
@click.argument("name", required=False)
@waiting
@with_session
def command(session: Session, name: str | None, flags: Applying) -> Exit:
    """Stop what runs in an environment, and keep its data and ports.

    NAME is the environment, by default that of -e. Until `env resume` nothing can be applied to it; it can be destroyed.
    The same command carries on with what was interrupted.
    """
    from ....plans.operations.environments import select
    from ....plans.operations.pausing import is_done, plan_pause

    wiring = session.wiring
    bench = wiring.bench(create=True)
    reader = bench.store.reader()
    wanted = session.settings.environment if name is None else name
    environment = select(reader, wiring.application_name(reader), wanted)
    if environment.paused and is_done(reader, environment):
        session.screen.tell([f"{environment.name} is paused already."])
        return Exit.OK
    deploying = Deploying(session, bench, flags, typed("env", "pause", environment.name))
    ended = deploying.at_once(lambda: plan_pause(bench, environment))
    if ended is Exit.OK:
        session.screen.tell(["", f"Next: {typed('env', 'resume', environment.name)}"])
    return ended
