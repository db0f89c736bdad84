"""``bakehouse env resume``."""

from __future__ import annotations

import click

from ....graph.command import command as typed
from ...deploying import Applying, Deploying, waiting
from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("resume", cls=Verb)
@click.argument("name", required=False)
@waiting
@with_session
def command(session: Session, name: str | None, flags: Applying) -> Exit:
    """Start again what `env pause` stopped, on the same ports and data.

    NAME is the environment, by default that of -e. It is not paused any more once everything was started or tried. The same
    command carries on with what was interrupted, and tries again what did not start.
    """
    from ....plans.operations.environments import select
    from ....plans.operations.pausing import is_half_resumed, plan_resume

    wiring = session.wiring
    bench = wiring.bench(create=True)
    reader = bench.store.reader()
    wanted = session.settings.environment if name is None else name
    environment = select(reader, wiring.application_name(reader), wanted)
    if not environment.paused and not is_half_resumed(reader, environment):
        session.screen.tell([f"{environment.name} is not paused."])
        return Exit.OK
    deploying = Deploying(session, bench, flags, typed("env", "resume", environment.name))
    return deploying.at_once(lambda: plan_resume(bench, environment))
