"""``bakehouse env set``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("set", cls=Verb)
@click.argument("settings", nargs=-1, metavar="[NAME=VALUE | SECRET]...")
@click.option("--image", "pins", multiple=True, metavar="WORKLOAD/CONTAINER=REF", help="Pin an image.")
@click.option("--unset", multiple=True, metavar="NAME", help="Remove a variable or an image pin.")
@with_session
def command(
    session: Session, settings: tuple[str, ...], pins: tuple[str, ...], unset: tuple[str, ...]
) -> Exit:
    """Set variables and pin images of an environment.

    A NAME without a value is a secret variable: its value is asked for, or read from standard input, and never stands
    in arguments. What is set takes effect with the next apply.
    """
    from ....plans.operations.environments import Amendment, amend, type_of
    from ....plans.reports.environments import environment as document
    from ...planning import images
    from ...questions import ask_secret
    from ...views.document import view
    from ...views.environments import EnvironmentText

    if not (settings or pins or unset):
        raise click.UsageError("name something to set: NAME=VALUE, SECRET, --image or --unset")
    wiring = session.wiring
    application = wiring.application()
    bench = wiring.bench(create=True)
    environment = wiring.environment(bench.store.reader())
    type_ = type_of(bench.catalog(application, environment), environment)
    secrets = {n: ask_secret(session, f"Value of {n}:") for n in settings if "=" not in n}
    variables = dict(s.split("=", 1) for s in settings if "=" in s)
    change = Amendment(variables, secrets, images(pins), unset)
    access = bench.secrets(environment, bool(secrets))
    amended = amend(bench.store, environment, type_, access, change, application)
    view(session.screen, EnvironmentText).show(document(amended, bench.now()))
    session.screen.tell(["", f"Next: bakehouse plan -e {environment.name}"])
    return Exit.OK
