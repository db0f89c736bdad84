"""``bakehouse schema``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("schema", cls=Verb)
@click.argument("kind")
@with_session
def command(session: Session, kind: str) -> Exit:
    """Print the JSON Schema of a kind of file.

    KIND is Application, Score, or a kind of the catalog such as ResourceDefinition. Editors complete and check files
    with it.
    """
    from ..schemas import schema_of

    session.screen.document(schema_of(kind))
    return Exit.OK
