"""``bakehouse state backup``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("backup", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """Write a consistent copy of the state.

    It lies in the folder `backups` beside the state; the newest five are kept. It can be made while somebody applies.
    """
    from ....plans.state.failures import state_error

    path = session.wiring.store().backup()
    if path is None:
        message = "a state in PostgreSQL is not copied into a file"
        hint = "back up the database, such as with pg_dump --schema=bakehouse"
        raise state_error("backup-elsewhere", message, hint)
    if session.screen.json:
        session.screen.document({"format": 1, "kind": "backup", "path": path})
    else:
        session.screen.data([path])
    return Exit.OK
