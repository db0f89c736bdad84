"""``bakehouse app add workload``."""

from __future__ import annotations

import shlex
import unicodedata
from typing import Any

import click

from ....editing import carry_out, dry, pair, pairs
from ....exits import Exit
from ....groups import Verb
from ....session import Session, with_session

_PORT = "www"


def _words(context: click.Context, parameter: click.Parameter, text: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise click.BadParameter(f"{error}".lower(), context, parameter) from None
    if any(unicodedata.category(character) == "Cc" for word in words for character in word):
        message = "it holds control characters; write such a command into the file itself"
        raise click.BadParameter(message, context, parameter)
    return words


def _ports(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in given:
        name, port = pair(text, "--port") if "=" in text else (_PORT, text)
        if not port.isdecimal() or not port.isascii() or len(port) > 5:
            message = f"'{text}' is no port; expected such as 8080 or www=8080"
            raise click.BadParameter(message, context, parameter)
        if name in found:
            message = f"two ports are called '{name}'; write NAME=PORT"
            raise click.BadParameter(message, context, parameter)
        found[name] = int(port)
    return found


@click.command("workload", cls=Verb)
@click.argument("name")
@click.option(
    "--image", default=".", metavar="REF", help="The image; left out, it is supplied when deployed."
)
@click.option("--container", default="main", metavar="NAME", show_default=True, help="The container's name.")
@click.option("--command", default="", callback=_words, metavar="TEXT", help="The program and its arguments.")
@click.option(
    "--port",
    "ports",
    multiple=True,
    callback=_ports,
    metavar="[NAME=]PORT",
    help=f"A port, called {_PORT} if not named.",
)
@click.option(
    "--variable",
    "variables",
    multiple=True,
    callback=pairs,
    metavar="NAME=VALUE",
    help="An environment variable.",
)
@click.option("--file", metavar="PATH", help="Where the Score file goes.")
@dry
@with_session
def command(session: Session, /, name: str, dry_run: bool, **described: Any) -> Exit:
    """Add a workload: a Score file that the application lists.

    The file lies where the other Score files lie, or in a folder called like the workload. The application is checked as
    it would be; where that finds a problem, nothing is written.
    """
    from .....plans.operations.editing import NewWorkload, add_workload

    edit = add_workload(session.wiring.root, NewWorkload(name, **described))
    return carry_out(session, edit, dry_run=dry_run)
