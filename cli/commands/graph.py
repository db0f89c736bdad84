"""``bakehouse graph``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..groups import Verb
from ..overriding import overriding
from ..planning import imaging
from ..session import Session, with_session

if TYPE_CHECKING:
    from ...graph.address import Address
    from ...graph.resources import ResourceGraph
    from ...plans.operations.workbench import PlanOptions
    from ...resolvers.score import Written
    from ..drawing import Drawable
    from ..wiring import Wiring

FORMATS = ("dot", "svg", "png", "mermaid", "json")


@click.command("graph", cls=Verb)
@click.argument("plan", metavar="[PLAN]", required=False)
@click.option("--format", "format_", type=click.Choice(FORMATS), help="dot where nothing is said.")
@click.option("--changes", is_flag=True, help="Colour by what an apply would do now.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="Write to FILE.")
@imaging
@overriding
@with_session
def command(
    session: Session,
    /,
    plan: str | None,
    format_: str | None,
    out: str | None,
    options: PlanOptions,
    overrides: Written,
    **said: bool,
) -> Exit:
    """Draw the resource graph, or a saved plan.

    An arrow runs from a resource to what it depends on, labelled with the outputs that it uses. Resources are grouped
    by workload. With PLAN, a file written by `plan --out`, only what it changes is drawn and what that leans on. svg
    and png are drawn by the program `dot` of Graphviz.
    """
    from ..drawing import show

    chosen = format_ or ("json" if session.screen.json else "dot")
    given = [*overrides.shown, *(["--image"] if options.images else [])]
    if plan is not None and given:
        raise click.UsageError(f"{', '.join(given)}: a saved plan is drawn as it is")
    drawable = _plan(Path(plan)) if plan else _graph(session.wired(overrides=overrides), options, **said)
    show(session.screen, drawable, chosen, out)
    return Exit.OK


def _plan(path: Path) -> Drawable:
    from ...plans import archive
    from ...plans.picture import picture
    from ...plans.report import report
    from ..drawing import Drawable

    plan = archive.read(path)
    return Drawable(lambda: picture(plan), lambda: report(plan))


def _graph(wiring: Wiring, options: PlanOptions, changes: bool) -> Drawable:
    from ...graph.draw import drawing
    from ...plans.reports.graph import graph as document
    from ..drawing import Drawable

    graph, actions = _planned(wiring, options) if changes else (_compiled(wiring, options), None)
    return Drawable(lambda: drawing(graph, actions), lambda: document(graph, actions))


def _compiled(wiring: Wiring, options: PlanOptions) -> ResourceGraph:
    from ...plans.operations.compiling import compile_environment

    wiring.application()
    bench = wiring.bench()
    return compile_environment(bench, wiring.environment(bench.store.reader()), options.images).graph


def _planned(wiring: Wiring, options: PlanOptions) -> tuple[ResourceGraph, dict[Address, str]]:
    from ...plans.operations.compiling import compile_environment
    from ...plans.operations.planning import make_plan

    wiring.application()
    bench = wiring.bench()
    environment = wiring.environment(bench.store.reader())
    plan = make_plan(bench, environment, options).plan
    actions = {a: c.action.label for a, c in plan.changes.items() if not c.record_only}
    return compile_environment(bench, environment, options.images).graph, actions
