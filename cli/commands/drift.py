"""``bakehouse drift``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("drift", cls=Verb)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 where something is not as recorded, with 1 where it cannot be told.",
)
@with_session
def command(session: Session, detailed_exitcode: bool) -> Exit:
    """Show what others changed, of all that is recorded.

    Every recorded object is read in its own system, several at a time, and compared with what was recorded of it. Nothing
    is written, neither there nor in the state, and the application's files play no part. `plan --refresh` shows what
    would bring everything back.
    """
    from ...plans.drift import Finding
    from ...plans.operations.refreshing import drift
    from ...plans.reports.drift import drift as document
    from ..views.document import view
    from ..views.drift import DriftText

    wiring = session.wiring
    bench = wiring.bench()
    reader = bench.store.reader()
    snapshot = reader.snapshot(wiring.environment(reader).uid)
    now = bench.now()
    lives = drift(bench, snapshot, session.settings.parallelism)
    view(session.screen, DriftText).show(found := document(snapshot, lives, now))
    if not detailed_exitcode:
        return Exit.OK
    unread: int = found["summary"][Finding.UNREAD.value]
    return Exit.CHANGES if found["drifted"] else Exit.ERROR if unread else Exit.OK
