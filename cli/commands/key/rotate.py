"""``bakehouse key rotate``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("rotate", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """Encrypt the state's secrets with a new key.

    No secret changes, so no plan does; `bakehouse rotate` gives secrets new values. Refused while somebody applies. The
    former key is kept beside the new one for backups made before. Other machines need the new key: `bakehouse key
    import`.
    """
    from ....plans.operations.keys import rotate_key
    from ....plans.reports.keys import key_change
    from ...views.document import view
    from ...views.keys import KeyChangeText

    change = rotate_key(*session.wiring.key())
    view(session.screen, KeyChangeText).show(key_change(change))
    return Exit.OK
