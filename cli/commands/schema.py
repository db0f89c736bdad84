"""``bakehouse schema``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("schema", cls=Verb)
@click.argument("kind", required=False)
@with_session
def command(session: Session, kind: str | None) -> Exit:
    """Print the JSON Schema of a kind of file, or of the plan document.

    KIND is Application, Score, Catalog for any document of a catalog, or one kind of them such as ResourceDefinition;
    or Plan, for what `plan --json` prints. Without KIND all are listed. Editors complete and check files with them: init
    writes them, and names them in the files that it writes.
    """
    from ..schemas import kinds, schema_of
    from ..views.document import view
    from ..views.kinds import KindsText

    if kind is None:
        view(session.screen, KindsText).show({"format": 1, "kind": "schemas", "schemas": kinds()})
    else:
        session.screen.document(schema_of(kind))
    return Exit.OK
