"""``bakehouse build notify``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from ...deploying import Applying, applying
from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


def _instant(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An instant as it is stored: in UTC, to the millisecond."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"'{value}' is no instant; expected such as 2026-05-01T12:00:00Z"
        raise click.BadParameter(message, context, parameter)
    return found.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@click.command("notify", cls=Verb)
@click.option("--image", required=True, metavar="REF@DIGEST", help="The image, by its digest.")
@click.option("--workload", required=True, metavar="NAME", help="The workload that it is for.")
@click.option("--container", metavar="NAME", help="Only this container; else all whose image is '.'.")
@click.option("--ref", required=True, metavar="REF", help="What was built, such as refs/heads/main.")
@click.option("--commit", metavar="SHA", help="The commit that was built.")
@click.option(
    "--number", type=click.IntRange(0, 2**63 - 1), metavar="N", help="The build's number; it rises."
)
@click.option("--built", callback=_instant, metavar="TIME", help="When it was built, if it has no number.")
@click.option("--application", metavar="NAME", help="The application; else that of this folder.")
@click.option("--deploy", is_flag=True, help="Plan and apply where the rules say deploy.")
@applying
@with_session
def command(
    session: Session, /, application: str | None, deploy: bool, flags: Applying, **described: Any
) -> Exit:
    """Record a build, and say which environments take it.

    The rules stand in the environment types. The next apply of such an environment takes the image; with --deploy those
    whose rule says deploy are planned and applied now, one after another. An older build replaces no newer one: that is told
    by --number, else by --built, else by the order in which builds arrive.
    """
    from ....plans.operations.builds import notify, subject_of
    from ....plans.reports.builds import notification
    from ....plans.state.builds import BuildRecord
    from ...building import rolled_out, told, types_of
    from ...views.builds import NotificationText
    from ...views.document import view

    if deploy and application is not None:
        raise click.UsageError("--deploy plans from the application's files: leave --application out")
    wiring = session.wiring
    bench = wiring.bench(create=True)
    subject = subject_of(bench.store.reader(), application, wiring.application)
    build = BuildRecord(0, subject.application, received=bench.now(), actor=bench.actor, **described)
    found = notify(bench.store, subject, build, types_of(wiring, application))
    document = notification(found)
    if not deploy:
        view(session.screen, NotificationText).show(document)
        return Exit.OK
    told(session.screen, document)
    return rolled_out(session, bench, found, flags)
