"""``bakehouse state import``."""

from __future__ import annotations

from pathlib import Path

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("import", cls=Verb)
@click.argument("file", type=click.Path(dir_okay=False))
@with_session
def command(session: Session, file: str) -> Exit:
    """Take in an environment that was exported from another state.

    It keeps its name, its uid and its history. The keys of both states must be on this machine; a state without a key gets
    that of the other one. Then remove it from where it came from: two states that manage the same objects undo each
    other's work.
    """
    from ....plans.operations.transferring import put_in
    from ....plans.reports.transfer import transfer
    from ....plans.state.dump import load
    from ...views.document import view
    from ...views.transfer import ImportText

    dump = load(Path(file))
    wiring = session.wiring
    put_in(wiring.store(create=True), dump, wiring.key_file)
    view(session.screen, ImportText).show(transfer(dump, file))
    return Exit.OK
