"""``bakehouse state rename``."""

from __future__ import annotations

import click

from ....graph.command import command as typed
from ...deploying import holding
from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("rename", cls=Verb)
@click.option(
    "--application", nargs=2, metavar="OLD NEW", help="Rename an application in all its environments."
)
@click.option(
    "--environment", "named", nargs=2, metavar="OLD NEW", help="Rename an environment of this application."
)
@holding
@with_session
def command(
    session: Session, application: tuple[str, str] | None, named: tuple[str, str] | None, wait: float
) -> Exit:
    """Give an application or an environment another name.

    Everything recorded stays what it is: uids, slugs, names in other systems, the folder on this machine and whatever runs
    in it. Values that a definition makes of the name change with the next apply, and its plan shows them. What other
    environments read by `reference` is named by the old name there: that is told.
    """
    from ....plans.operations.renaming import left_readers, rename_application, rename_environment
    from ....plans.reports.environments import environments
    from ...views.problems import problems

    if (application is None) == (named is None):
        raise click.UsageError("give either --application OLD NEW or --environment OLD NEW")
    wiring = session.wiring
    bench = wiring.bench(create=True)
    if application is not None:
        done = rename_application(bench, *application, wait)
    else:
        old, new = named or ("", "")
        done = rename_environment(bench, wiring.application_name(bench.store.reader()), old, new, wait)
    warnings = left_readers(bench.store.reader(), done)
    if warnings:
        problems(session.screen, lambda place: None).show(warnings)
    if session.screen.json:
        found = ((r.now, None) for r in done)
        session.screen.document(environments(done[0].now.application, found, bench.now()))
        return Exit.OK
    names = [(f"{r.before.application}/{r.before.name}", f"{r.now.application}/{r.now.name}") for r in done]
    session.screen.data([f"{before} is {now} from now on." for before, now in names])
    if application is not None:
        which = ("-e", done[0].now.name) if len(done) == 1 else ("--all-environments",)
        plan = typed("plan", *which)
        session.screen.tell(["", f"Next: write `name: {application[1]}` into bakehouse.yaml, then {plan}"])
    return Exit.OK
