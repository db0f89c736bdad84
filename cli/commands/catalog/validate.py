"""``bakehouse catalog validate``."""

from __future__ import annotations

from pathlib import Path

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("validate", cls=Verb)
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@with_session
def command(session: Session, folder: Path | None) -> Exit:
    """Check the platform catalog alone.

    FOLDER is a catalog's folder; without it, the catalog that the application names is checked.
    """
    from ....plans.operations.validating import check_catalog
    from ....plans.report import diagnostic
    from ....plans.reports.catalog import catalog
    from ...views.document import view
    from ...views.validation import CatalogValidText

    wiring = session.wiring
    found = wiring.catalog_at(folder) if folder is not None else wiring.any_catalog()
    checked = check_catalog(found, wiring.drivers)
    remarks = [diagnostic(d) for d in checked.remarks]
    view(session.screen, CatalogValidText).show({**catalog(found), "valid": True, "remarks": remarks})
    return Exit.OK
