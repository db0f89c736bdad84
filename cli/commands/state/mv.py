"""``bakehouse state mv``."""

from __future__ import annotations

import click

from ...deploying import holding
from ...exits import Exit
from ...groups import Verb
from ...session import Session, addresses, with_session


@click.command("mv", cls=Verb)
@click.argument("source", metavar="FROM", callback=addresses)
@click.argument("target", metavar="TO", callback=addresses)
@holding
@with_session
def command(session: Session, source: str, target: str, wait: float) -> Exit:
    """Give a recorded resource another address.

    Only the record changes: uid, slug, secrets and outputs stay, and what depends on it follows. A backup of the state is
    written first. For a change that every environment needs, write `moved` into bakehouse.yaml instead.
    """
    from ....graph.address import Address
    from ....plans.operations.renaming import move_resource
    from ....plans.reports.listing import resource

    wiring = session.wiring
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    moved = move_resource(bench, environment, Address.parse(source), Address.parse(target), wait)
    if session.screen.json:
        session.screen.document(resource(moved))
    else:
        session.screen.data(
            [f"{Address.parse(source)} is {moved.address} from now on in {environment.name}."]
        )
        session.screen.tell(["", f"Next: bakehouse plan -e {environment.name}"])
    return Exit.OK
