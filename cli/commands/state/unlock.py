"""``bakehouse state unlock``."""

from __future__ import annotations

import click

from ...deploying import not_agreed
from ...exits import Exit
from ...groups import Verb
from ...questions import ask_name
from ...session import Session, with_session


@click.command("unlock", cls=Verb)
@click.option("--confirm", metavar="ENVIRONMENT", help="Confirm that it is taken away from its holder.")
@with_session
def command(session: Session, confirm: str | None) -> Exit:
    """Take an environment away from whoever holds it.

    Needed only where a holder is known to be dead and its machine cannot be asked, or where nobody wants to wait until its
    lease runs out. Whatever the former holder wants to record from then on is refused. What it does in other systems goes
    on: what it may still be at work on is left alone by the next apply until that is surely over.
    """
    from ....plans.operations.keeping import unlock
    from ....plans.reports.status import holder
    from ...views.status import held_by

    wiring = session.wiring
    bench = wiring.bench(create=True)
    reader = bench.store.reader()
    environment = wiring.environment(reader)
    lease = reader.lease(environment.uid)
    if lease is not None:
        session.screen.tell([held_by(holder(lease))])
        given = confirm or ask_name(session, f"Type {environment.name} to take it away:")
        if given != environment.name:
            raise not_agreed(
                "nothing was taken away", hint=f"if that is meant, add --confirm {environment.name}"
            )
        unlock(bench, environment, lease)
    if session.screen.json:
        former = None if lease is None else holder(lease)
        session.screen.document(
            {"format": 1, "kind": "unlock", "environment": environment.name, "holder": former}
        )
    else:
        free = "is free now" if lease is not None else "is held by nobody"
        session.screen.data([f"{environment.name} {free}."])
    return Exit.OK
