"""``bakehouse render``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..exits import Exit
from ..groups import Verb
from ..planning import imaging
from ..session import Session, addresses, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions


@click.command("render", cls=Verb)
@click.argument("address", nargs=-1, callback=addresses)
@click.option("-o", "--out", metavar="DIR", type=click.Path(file_okay=False), help="Write files below DIR.")
@imaging
@with_session
def command(session: Session, address: tuple[str, ...], out: str | None, options: PlanOptions) -> Exit:
    """Show what an apply would set up: the executable configuration.

    Each driver writes what its target reads, such as the run files of processes, with secrets as references and what
    is not known yet as typed unknowns. Without DIR it is printed as YAML; ADDRESS narrows it down. DIR is made anew
    each time: files of an earlier run are replaced or removed, and nothing else is touched.
    """
    from ...plans.operations.rendering import render_environment
    from ...plans.reports.rendering import rendering
    from ..recorded import chosen
    from ..views.document import JsonView
    from ..views.rendering import RenderingYaml

    if out is not None and address:
        raise click.UsageError("-o writes everything: give either ADDRESS or -o")
    wiring = session.wiring
    wiring.application()
    bench = wiring.bench()
    environment = wiring.environment(bench.store.reader())
    rendered = render_environment(bench, environment, options.images)
    document = rendering(rendered, chosen(address, rendered.compiled.graph.nodes))
    if out is None or session.screen.json:
        (JsonView if session.screen.json else RenderingYaml)(session.screen).show(document)
    if out is not None:
        session.screen.tell(_written(document, Path(out)))
    return Exit.OK


def _written(document: Mapping[str, Any], folder: Path) -> list[str]:
    from ..folder import MadeFolder
    from ..views.rendering import files
    from ..views.text import count

    owner = {"application": document["application"], "environment": document["environment"]["name"]}
    done = MadeFolder(folder, owner).replace(files(document))
    gone = f", and removed {done.removed} that are no more" if done.removed else ""
    resources = count(len(document["resources"]), "resource")
    return [f"Wrote {count(done.files, 'file')} of {resources} below {folder}{gone}."]
