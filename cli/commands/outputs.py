"""``bakehouse outputs``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, addresses, with_session


@click.command("outputs", cls=Verb)
@click.argument("address", required=False, callback=addresses)
@click.argument("output", required=False)
@click.option("--reveal", is_flag=True, help="Print the one named output in clear, also where it is secret.")
@with_session
def command(session: Session, address: str | None, output: str | None, reveal: bool) -> Exit:
    """Show the outputs of the resources.

    ADDRESS and OUTPUT narrow it down. Secrets are shown as ***; only one that is named, and only with --reveal, is
    printed in clear.
    """
    from ...plans.reports.outputs import one, outputs
    from ..views.document import view
    from ..views.outputs import OutputsText, RevealedText

    if reveal and output is None:
        raise click.UsageError("--reveal needs ADDRESS and OUTPUT: one output at a time")
    wiring = session.wiring
    bench = wiring.bench()
    reader = bench.store.reader()
    environment = wiring.environment(reader)
    snapshot = reader.snapshot(environment.uid)
    if address is None:
        view(session.screen, OutputsText).show(outputs(snapshot))
        return Exit.OK
    secrets = bench.secrets(environment, False) if reveal else None
    document = one(snapshot, address, output, None if secrets is None else secrets.reveal)
    view(session.screen, RevealedText if output else OutputsText).show(document)
    return Exit.OK
