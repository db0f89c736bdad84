"""``bakehouse catalog test``."""

from __future__ import annotations

from pathlib import Path

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("test", cls=Verb)
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@with_session
def command(session: Session, folder: Path | None) -> Exit:
    """Run the cases that are written beside a catalog.

    FOLDER is the catalog's folder, by default the present one. Cases are documents of kind CatalogTest in files called
    *.test.yaml. Nothing is made: only the schemas of drivers are asked.
    """
    from time import perf_counter

    from ....graph.diagnostics import Diagnostic
    from ....graph.errors import InvalidInput
    from ....plans.operations.testing import run_case
    from ....plans.reports.cases import cases
    from ....resolvers.catalog.cases import load_cases
    from ...views.cases import CasesText
    from ...views.document import view

    wiring, top = session.wiring, session.settings.directory / (folder or Path())
    catalog = wiring.catalog_at(folder or Path())
    found = load_cases(top)
    if not found:
        message = f"there are no cases in {folder or 'this folder'}"
        hint = "write documents of kind CatalogTest into files called *.test.yaml; `bakehouse schema CatalogTest`"
        raise InvalidInput(Diagnostic("no-cases", message, hint=hint))
    start = perf_counter()
    verdicts = [run_case(case, catalog, wiring.drivers) for case in found]
    document = cases(verdicts, perf_counter() - start)
    view(session.screen, CasesText).show(document)
    return Exit.ERROR if document["failed"] else Exit.OK
