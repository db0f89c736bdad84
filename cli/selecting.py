"""Which environments a command goes through: one, those of ``-e A,B``, or all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

if TYPE_CHECKING:
    from ..plans.operations.workbench import Workbench
    from ..plans.state.records import EnvironmentRecord
    from .session import Session

F = TypeVar("F", bound=Callable[..., Any])


class Which(Struct, frozen=True):
    """What the command line says about environments beside ``-e``."""

    all: bool = False
    type: str | None = None

    def is_several(self, session: Session) -> bool:
        """Whether more than one environment is asked for; raises a usage error for what contradicts itself."""
        if self.type is not None and not self.all:
            raise click.UsageError("--type chooses among --all-environments; give that too")
        if self.all and session.named_environment is not None:
            raise click.UsageError("-e and --all-environments exclude each other")
        return self.all or "," in (session.settings.environment or "")

    def environments(self, session: Session, bench: Workbench) -> tuple[EnvironmentRecord, ...]:
        """Those that are asked for, in the order of their types; raises UnknownEnvironment naming all that are not there."""
        from ..plans.operations.several import every, in_order, named

        reader = bench.store.reader()
        application = session.wiring.application_name(reader)
        if self.all:
            return in_order(bench, every(reader, application, self.type))
        names = [n.strip() for n in (session.settings.environment or "").split(",") if n.strip()]
        if not names:
            raise click.UsageError("-e names no environment")
        return in_order(bench, named(reader, application, names))


def everywhere(function: F) -> F:
    """Add the options that choose several environments; the command gets them as one value ``which``."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        which = Which(kwargs.pop("all_environments"), kwargs.pop("of_type"))
        return function(*args, which=which, **kwargs)

    command: Any = run
    command = click.option(
        "--type", "of_type", metavar="TYPE", help="Of --all-environments only those of a type."
    )(command)
    command = click.option(
        "--all-environments",
        is_flag=True,
        help="All environments, one after another in the order of their types.",
    )(command)
    found: F = command
    return found
