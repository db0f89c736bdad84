"""``bakehouse state mv``."""

from __future__ import annotations

import click

from ...deploying import holding, not_agreed
from ...exits import Exit
from ...groups import Verb
from ...questions import ask, can_ask
from ...session import Session, addresses, with_session


@click.command("mv", cls=Verb)
@click.argument("source", metavar="FROM", callback=addresses)
@click.argument("target", metavar="TO", callback=addresses)
@holding
@with_session
def command(session: Session, source: str, target: str, wait: float) -> Exit:
    """Give a recorded resource another address.

    Only the record changes: uid, slug, secrets and outputs stay, and what depends on it follows. A backup of the state is
    written first. For a change that every environment needs, write `moved` into bakehouse.yaml instead. Where the files do
    not ask for TO, the next apply would remove the resource: that is told, and at a terminal asked about.
    """
    from ....graph.address import Address
    from ....plans.operations.renaming import move_resource, not_asked_for
    from ....plans.reports.listing import resource
    from ...views.problems import problems

    wiring = session.wiring
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    warning = not_asked_for(bench, environment, Address.parse(source), Address.parse(target))
    if warning is not None:
        problems(session.screen, lambda place: None).show([warning])
        if can_ask(session) and not ask(session, f"Give it the address {target} all the same?"):
            raise not_agreed("the address stays as it is; nothing was changed")
    moved = move_resource(bench, environment, Address.parse(source), Address.parse(target), wait)
    if session.screen.json:
        session.screen.document(resource(moved))
    else:
        session.screen.data(
            [f"{Address.parse(source)} is {moved.address} from now on in {environment.name}."]
        )
        session.screen.tell(["", f"Next: bakehouse plan -e {environment.name}"])
    return Exit.OK
