"""``bakehouse state export``."""

from __future__ import annotations

from pathlib import Path

import click

from ...deploying import holding
from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("export", cls=Verb)
@click.argument("file", type=click.Path(dir_okay=False))
@holding
@with_session
def command(session: Session, file: str, wait: float) -> Exit:
    """Write an environment with everything that is recorded about it into a file.

    Resources, secrets (encrypted as they are), deployments, plans and snapshots. Another state takes it in by
    `state import`; from then on one of the two must let go of it. It is held meanwhile, so that nobody changes it.
    """
    from ....plans.operations.transferring import take_out
    from ....plans.reports.transfer import transfer
    from ....plans.state.dump import save
    from ...views.document import view
    from ...views.transfer import ExportText

    wiring = session.wiring
    bench = wiring.bench(create=True)
    dump = take_out(bench, wiring.environment(bench.store.reader()), wait)
    save(dump, Path(file))
    view(session.screen, ExportText).show(transfer(dump, file))
    return Exit.OK
