"""What every command is given: the settings, the screen, and the workbench once it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from .config import Settings, settle
from .exits import Exit
from .flags import Flags, flags_of
from .views.screen import Screen, standard

if TYPE_CHECKING:
    from ..resolvers.score import Written
    from .wiring import Wiring

P = ParamSpec("P")


class Session:
    """One run of the command. Nothing is read before it is asked for."""

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._wirings: list[Wiring] = []

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises InvalidInput."""
        return settle(self._flags, os.environ)

    @property
    def named_environment(self) -> str | None:
        """The environment that the command line itself names; None where settings or nobody do."""
        return self._flags.environment

    @cached_property
    def screen(self) -> Screen:
        """Where output goes."""
        settings = self.settings
        return standard(settings.color, settings.verbosity, settings.json)

    @cached_property
    def plain_screen(self) -> Screen:
        """Where output goes, by flags and variables alone: for what must work while settings cannot be read."""
        flags = self._flags
        verbosity = -1 if flags.quiet else int(bool(flags.verbose))
        return standard(flags.color or os.environ.get("BAKEHOUSE_COLOR", "auto"), verbosity, bool(flags.json))

    @cached_property
    def wiring(self) -> Wiring:
        """The concrete parts of this run."""
        return self.wired()

    def wired(self, *, accept_new_state: bool = False, overrides: Written | None = None) -> Wiring:
        """The concrete parts, where told so over a state that is older than the one last seen, or overridden files."""
        from .wiring import Wiring

        wiring = Wiring(self.settings, accept_new_state=accept_new_state, overrides=overrides)
        self._wirings.append(wiring)
        return wiring

    def close(self) -> None:
        """Release what the parts of this run have open."""
        for wiring in self._wirings:
            wiring.close()


def with_session(function: Callable[Concatenate[Session, P], Exit]) -> Callable[P, Exit]:
    """Hand the session of the running command line to a command function."""

    def run(*args: P.args, **kwargs: P.kwargs) -> Exit:
        with closing(Session(flags_of(click.get_current_context()))) as session:
            return function(session, *args, **kwargs)

    return update_wrapper(run, function)


def addresses(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Check that what was given are addresses, ``all`` excepted; for use as a click callback."""
    from ..graph.address import Address

    for text in (value,) if isinstance(value, str) else value or ():
        if text != "all":
            try:
                Address.parse(text)
            except ValueError as error:
                raise click.BadParameter(str(error), context, parameter) from None
    return value
