"""``bakehouse logs``."""

from __future__ import annotations

import click

from ..exits import Exit
from ..groups import Verb
from ..session import Session, with_session


@click.command("logs", cls=Verb)
@click.argument("workload", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes.")
@click.option("-n", "--lines", default=100, type=click.IntRange(0), metavar="N", help="The last N lines.")
@click.option(
    "--deployment", type=click.IntRange(1), metavar="N", help="What happened during deployment N instead."
)
@with_session
def command(session: Session, workload: str | None, follow: bool, lines: int, deployment: int | None) -> Exit:
    """Show what the workloads print.

    WORKLOAD narrows it down to one. With --deployment the recorded events of that deployment are shown instead.
    """
    from ...plans.operations.watching import Watch, lines_of
    from ..recorded import events_of
    from ..views.logs import EventsLog, WorkloadsLog

    wiring = session.wiring
    bench = wiring.bench()
    reader = bench.store.reader()
    environment = wiring.environment(reader)
    if deployment is not None:
        EventsLog(session.screen).show(events_of(reader, environment, deployment))
        return Exit.OK
    watch = Watch(workload, follow, lines)
    WorkloadsLog(session.screen).show(lines_of(bench, environment, reader.snapshot(environment.uid), watch))
    return Exit.OK
