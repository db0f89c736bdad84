"""``bakehouse graph``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...graph.address import Address
    from ...graph.resources import ResourceGraph

FORMATS = ("dot", "svg", "png", "mermaid", "json")


@click.command("graph", cls=Verb)
@click.option("--format", "format_", type=click.Choice(FORMATS), help="dot where nothing is said.")
@click.option("--changes", is_flag=True, help="Colour by what an apply would do now.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="Write to FILE.")
@with_session
def command(session: Session, format_: str | None, changes: bool, out: str | None) -> Exit:
    """Draw the resource graph.

    An arrow runs from a resource to what it depends on, labelled with the outputs that it uses. Resources are grouped
    by workload. svg and png are drawn by the program `dot` of Graphviz.
    """
    from ..drawing import show

    chosen = format_ or ("json" if session.screen.json else "dot")
    graph, actions = _planned(session) if changes else (_compiled(session), None)
    show(session.screen, graph, actions, chosen, out)
    return Exit.OK


def _compiled(session: Session) -> ResourceGraph:
    from ...plans.operations.compiling import compile_environment

    wiring = session.wiring
    wiring.application()
    bench = wiring.bench()
    return compile_environment(bench, wiring.environment(bench.store.reader())).graph


def _planned(session: Session) -> tuple[ResourceGraph, dict[Address, str]]:
    from ...plans.operations.compiling import compile_environment
    from ...plans.operations.planning import make_plan
    from ...plans.operations.workbench import PlanOptions

    wiring = session.wiring
    wiring.application()
    bench = wiring.bench()
    environment = wiring.environment(bench.store.reader())
    plan = make_plan(bench, environment, PlanOptions()).plan
    actions = {a: c.action.label for a, c in plan.changes.items() if not c.record_only}
    return compile_environment(bench, environment).graph, actions
