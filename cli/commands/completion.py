"""``bakehouse completion``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("completion", cls=Verb)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@with_session
def command(session: Session, shell: str) -> Exit:
    """Print the completion script of a shell.

    For bash: eval "$(bakehouse completion bash)"; for zsh and fish alike, in the shell's own start-up file.
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if found is not None:
        script = found(root, {}, "bakehouse", "_BAKEHOUSE_COMPLETE").source()
        session.screen.raw(script.encode())
    return Exit.OK
