"""``bakehouse app add resource``."""

from __future__ import annotations

from typing import Any

import click

from ....editing import carry_out, dry, pairs
from ....exits import Exit
from ....groups import Verb
from ....session import Session, with_session


def _params(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    from .....resolvers.source import parse

    found = pairs(context, parameter, given)
    return {name: parse(value.encode(), f"--param {name}").data for name, value in found.items()}


@click.command("resource", cls=Verb)
@click.argument("names", nargs=-1, required=True, metavar="WORKLOAD NAME")
@click.option("--shared", is_flag=True, help="Add it to the application; give only NAME.")
@click.option("--type", required=True, metavar="TYPE", help="The resource's type, such as postgres.")
@click.option("--class", "class_", metavar="CLASS", help="A variety of the type.")
@click.option("--id", metavar="ID", help="Share it under this id.")
@click.option(
    "--param",
    "params",
    multiple=True,
    callback=_params,
    metavar="NAME=VALUE",
    help="A param; VALUE is read as YAML.",
)
@dry
@with_session
def command(
    session: Session, /, names: tuple[str, ...], shared: bool, dry_run: bool, **described: Any
) -> Exit:
    """Add a resource to a workload, or one that workloads share.

    It stands at the end of the resources in the workload's Score file, or with --shared in bakehouse.yaml. What it offers
    to placeholders is shown. Where the application would not be valid with it, nothing is written.
    """
    from .....plans.operations.editing import NewResource, add_resource
    from ....owners import owner

    workload, name = owner(names, shared=shared)
    if shared and described["id"] is not None:
        raise click.UsageError("--id and --shared: the name of a shared resource is its id")
    edit = add_resource(session.wiring.root, workload, NewResource(name, **described))
    return carry_out(session, edit, dry_run=dry_run)
