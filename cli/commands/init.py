"""``bakehouse init``."""

from __future__ import annotations

import click

from ..editing import pairs
from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("init", cls=Verb)
@click.option(
    "--template",
    is_flag=False,
    flag_value="",
    metavar="[NAME]",
    help="Begin from a template; without NAME they are listed.",
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    callback=pairs,
    metavar="NAME=VALUE",
    help="Answer a question of the template.",
)
@click.option("--overwrite", is_flag=True, help="Let the template replace files that are there.")
@click.option("--accept-new-state", is_flag=True, help="Give up a state that is gone, and begin a new one.")
@with_session
def command(
    session: Session, template: str | None, answers: dict[str, str], overwrite: bool, accept_new_state: bool
) -> Exit:
    """Make a folder ready: files to start from and the environment local.

    Files are written only where there is no application yet; what is there stays as it is. The environment `local` is
    registered where the catalog declares the type. The JSON Schemas with which editors check the files are written into
    .bakehouse, which git does not carry: so this is the first command in a fresh checkout, too. Calling it again does
    no harm.

    With a template its files are written; inside an application it adds to that. NAME is a template of the catalog, or a
    folder or repository that holds one: SOURCE[@VERSION][#NAME].
    """
    from ..readying import made_ready
    from ..templates import Wish, begin, show_all
    from ..views.document import view
    from ..views.ready import ReadyText

    if template == "":
        return show_all(session)
    if template is None and (answers or overwrite):
        raise click.UsageError("--answer and --overwrite are about a template: name one with --template")
    written = begin(session, session.wiring, Wish(template, answers, overwrite)) if template else []
    document = made_ready(session, written, accept_new_state=accept_new_state)
    view(session.screen, ReadyText).show(document)
    return Exit.OK
