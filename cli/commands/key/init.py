"""``bakehouse key init``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("init", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """Make the key of the state's secrets.

    A state in a file of one's own gets its key with the first apply. For one that several people share this command
    makes it, once; the others get the file from whoever made it and use `bakehouse key import`.
    """
    from ....plans.operations.keys import init_key
    from ....plans.reports.keys import key_change
    from ...views.document import view
    from ...views.keys import KeyChangeText

    change = init_key(*session.wiring.key())
    view(session.screen, KeyChangeText).show(key_change(change))
    return Exit.OK
