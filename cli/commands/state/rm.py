"""``bakehouse state rm``."""

from __future__ import annotations

import click

from ...deploying import holding, not_agreed
from ...exits import Exit
from ...groups import Verb
from ...questions import ask
from ...session import Session, addresses, with_session


@click.command("rm", cls=Verb)
@click.argument("address", nargs=-1, callback=addresses)
@click.option(
    "--all", "everything", is_flag=True, help="Forget everything that is recorded in the environment."
)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@holding
@with_session
def command(
    session: Session, /, address: tuple[str, ...], everything: bool, auto_approve: bool, wait: float
) -> Exit:
    """Forget recorded resources, and leave their objects alone.

    Nothing in other systems is touched: what is forgotten is nobody's from now on. A backup of the state is written first.
    What the application still asks for is made anew by the next apply, as another resource.
    """
    from ....plans.operations.keeping import forget, left_alone
    from ....plans.reports.listing import resource
    from ...recorded import resource_of
    from ...views.problems import problems

    if everything == bool(address):
        raise click.UsageError("name the resources to forget, or give --all")
    wiring = session.wiring
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    snapshot = bench.store.reader().snapshot(environment.uid)
    chosen = address or [str(a) for a in snapshot.resources]
    records = {r.address: r for r in (resource_of(snapshot, text) for text in chosen)}
    warnings = left_alone(snapshot, records)
    if warnings:
        problems(session.screen, lambda place: None).show(warnings)
    names = "everything" if everything else ", ".join(str(a) for a in records)
    if not auto_approve and not ask(session, f"Forget {names} in {environment.name}?"):
        raise not_agreed("nothing was forgotten", hint="--auto-approve forgets without asking")
    forget(bench, environment, records, wait)
    if session.screen.json:
        forgotten = [resource(r) for r in records.values()]
        session.screen.document({"format": 1, "kind": "forgotten", "resources": forgotten})
    else:
        session.screen.data([f"{a} is forgotten in {environment.name}; its object stays." for a in records])
    return Exit.OK
