"""``bakehouse env create``."""

from __future__ import annotations

import click

from ....graph.command import command as typed
from ...deploying import Applying, Deploying, applying
from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("create", cls=Verb)
@click.argument("name")
@click.option(
    "--type", metavar="TYPE", help="The environment type, from the catalog; with --from by default its."
)
@click.option("--from", "source", metavar="ENVIRONMENT", help="Copy images and plain variables.")
@click.option("--expires", metavar="DURATION", help="When it may be swept away, such as 36h or 7d.")
@click.option("--apply", "deploy", is_flag=True, help="Deploy it at once.")
@applying
@with_session
def command(session: Session, /, name: str, deploy: bool, flags: Applying, **said: str | None) -> Exit:
    """Register an environment.

    NAME is what -e takes. Its uid is minted now and stays. With --apply it is deployed at once, so that one command
    gives a completely configured environment; with --from, too, what is deployed is the application of ENVIRONMENT's last
    deployment, and not the files here, which count from the next apply on. Data, secrets and adopted resources are never
    copied.
    """
    from ....plans.operations.copying import deployed_like, like
    from ....plans.operations.environments import Wanted, create, select
    from ....plans.operations.planning import make_plan
    from ....plans.operations.workbench import PlanOptions
    from ....plans.reports.environments import environment
    from ...views.document import view
    from ...views.environments import EnvironmentText

    wiring = session.wiring
    application = wiring.application()
    bench = wiring.bench(create=True)
    type_, expires = said["type"], said["expires"]
    if said["source"] is not None:
        reader = bench.store.reader()
        source = select(reader, application.name, said["source"], may_be_made=False)
        copy = deployed_like if deploy else like
        wanted = copy(reader, Wanted(application.name, name, type_ or source.type, expires), source)
    elif type_:
        wanted = Wanted(application.name, name, type_, expires)
    else:
        raise click.UsageError(
            "an environment needs a type: name it with --type, or copy that of another with --from"
        )
    made = create(bench.store, bench.catalog(application, type_=wanted.type), wanted, bench.now())
    if not deploy:
        view(session.screen, EnvironmentText).show(environment(made, bench.now()))
        session.screen.tell(["", f"Next: {typed('plan', environment=name)}"])
        return Exit.OK
    deploying = Deploying(session, bench, flags, typed("apply", environment=name))
    return deploying.run(lambda: make_plan(bench, made, PlanOptions()).plan)
