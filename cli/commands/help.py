"""``bakehouse help``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("help", cls=Verb)
@click.argument("words", metavar="[CODE | COMMAND]", nargs=-1)
@with_session
def command(session: Session, words: tuple[str, ...]) -> Exit:
    """Explain an error code, or a command.

    CODE is the word in brackets at the end of an error, such as unknown-key: what causes it, and what to do. Without
    CODE all codes are listed by topic, with -v one sentence about each. COMMAND gives the same as --help of it.
    """
    from ..explaining import explained
    from ..views.document import view
    from ..views.manual import HelpText

    # Settings are not asked for: a bakehouse.yaml that cannot be read is what help may be wanted about.
    screen = session.plain_screen
    view(screen, HelpText).show(explained(words, click.get_current_context().find_root()))
    return Exit.OK
