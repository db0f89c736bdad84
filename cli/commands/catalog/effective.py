"""``bakehouse catalog effective``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("effective", cls=Verb)
@with_session
def command(session: Session) -> Exit:
    """Show what of the catalog applies in an environment.

    Definitions, profiles, connections and variables, each with the layer, file and line that it comes from. A definition
    that matches and is not chosen says why.
    """
    from ....plans.operations.environments import type_of
    from ....plans.reports.effective import effective
    from ...views.document import view
    from ...views.effective import EffectiveText

    wiring = session.wiring
    bench = wiring.bench()
    environment = wiring.environment(bench.store.reader())
    catalog = bench.catalog(wiring.application(), environment)
    document = effective(catalog, environment, type_of(catalog, environment))
    view(session.screen, EffectiveText).show(document)
    return Exit.OK
