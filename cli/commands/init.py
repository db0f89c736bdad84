"""``bakehouse init``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session

LOCAL = "local"


@click.command("init", cls=Verb)
@click.option("--accept-new-state", is_flag=True, help="Give up a state that is gone, and begin a new one.")
@with_session
def command(session: Session, accept_new_state: bool) -> Exit:
    """Make a folder ready: files to start from and the environment local.

    Files are written only where there is no application yet; what is there stays as it is. The environment `local` is
    registered where the catalog declares the type. The JSON Schemas with which editors check the files are written into
    .bakehouse, which git does not carry: so this is the first command in a fresh checkout, too. Calling it again does
    no harm.
    """
    from ..scaffold import scaffold
    from ..schemas import FOLDER, write_schemas
    from ..views.document import view
    from ..views.ready import ReadyText

    wiring = session.wired(accept_new_state=accept_new_state)
    made = scaffold(wiring.root)
    schemas = write_schemas(wiring.root)
    application = wiring.application()
    registered = wiring.register_once(application, LOCAL)
    document = {
        "format": 1,
        "kind": "init",
        "application": application.name,
        "files": [str(path.relative_to(wiring.root)) for path in made],
        "schemas": FOLDER if schemas else None,
        "environment": LOCAL if registered is not None else None,
        "registered": bool(registered),
        "environment_types": [t.name for t in wiring.catalog(application).environment_types()],
    }
    view(session.screen, ReadyText).show(document)
    return Exit.OK
