"""``bakehouse diff``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...plans.contrast import Side
    from ...plans.operations.workbench import Workbench


@click.command("diff", cls=Verb)
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@with_session
def command(session: Session, before: str, after: str) -> Exit:
    """Show what differs between two deployments, environments or plans.

    A and B are each the number of a deployment, the name of an environment, which stands for its last deployment, or a file
    written by `plan --out`. Compared are the resources that they ask for, with their inputs, and images, variables and the
    catalog. Secrets are compared by reference and version.
    """
    from ...plans.contrast import contrast
    from ...plans.reports.contrast import contrast as document
    from ..views.contrast import ContrastText
    from ..views.document import view

    bench = session.wiring.bench()
    found = contrast(_side(session, bench, before), _side(session, bench, after))
    view(session.screen, ContrastText).show(document(found))
    return Exit.OK


def _side(session: Session, bench: Workbench, what: str) -> Side:
    from ...plans import archive
    from ...plans.operations.comparing import side_of_deployment, side_of_environment, side_of_plan
    from ...plans.operations.environments import select
    from ..recorded import deployment_record

    reader = bench.store.reader()
    if what.isdecimal():
        environment = session.wiring.environment(reader)
        return side_of_deployment(bench, environment, deployment_record(reader, environment, int(what)))
    application = session.wiring.application_name(reader)
    known = {e.name for e in reader.environments(application)}
    if what not in known and Path(what).is_file():
        return side_of_plan(bench, archive.read(Path(what)), what)
    return side_of_environment(bench, select(reader, application, what))
