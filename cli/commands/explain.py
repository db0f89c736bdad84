"""``bakehouse explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..overriding import overriding
from ..planning import imaging
from ..session import Session, addresses, with_session

if TYPE_CHECKING:
    from ...plans.operations.workbench import PlanOptions
    from ...resolvers.score import Written


@click.command("explain", cls=Verb)
@click.argument("address", callback=addresses)
@imaging
@overriding
@with_session
def command(session: Session, address: str, options: PlanOptions, overrides: Written) -> Exit:
    """Explain how a resource is met, and why that way.

    Shows which line asked for it, every definition that could meet it with the reason why it won or lost, what goes
    into it, what it gives and who uses that.
    """
    from ...graph.address import Address
    from ...plans.operations.compiling import compile_environment
    from ...plans.reports.explanation import explanation
    from ..recorded import not_asked_for, unknown_address
    from ..views.document import view
    from ..views.explanation import ExplanationText

    wiring = session.wired(overrides=overrides)
    wiring.application()
    bench = wiring.bench()
    environment = wiring.environment(bench.store.reader())
    compiled = compile_environment(bench, environment, options.images)
    named = Address.parse(address)
    if named not in compiled.graph.nodes:
        if named in compiled.snapshot.resources:
            raise not_asked_for(named, environment.name)
        raise unknown_address(address, compiled.graph.nodes)
    referrers = bench.store.reader().referrers(environment.uid)
    document = explanation(compiled.graph, named, compiled.snapshot.resources.get(named), referrers)
    view(session.screen, ExplanationText).show(document)
    return Exit.OK
