"""``bakehouse key import``."""

from __future__ import annotations

from typing import TextIO

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("import", cls=Verb)
@click.argument("file", type=click.File())
@with_session
def command(session: Session, file: TextIO) -> Exit:
    """Bring the key of the state's secrets to this machine.

    FILE is the key file of whoever has it, or - for standard input; a key is never typed as an argument. It is copied
    to where Bakehouse looks for it, and refused if the state's secrets are encrypted with another one.
    """
    from ....plans.operations.keys import import_key
    from ....plans.reports.keys import key_change
    from ...views.document import view
    from ...views.keys import KeyChangeText

    store, key_file = session.wiring.key()
    change = import_key(store, key_file, key_text(file))
    view(session.screen, KeyChangeText).show(key_change(change))
    return Exit.OK


def key_text(file: TextIO) -> str:
    """At most so much of a file as a key has; nothing where the file is no text."""
    try:
        return file.read(4096)
    except UnicodeDecodeError:
        return ""
