"""The options that every command takes, before or after its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from msgspec import Struct


class Flags(Struct):
    """What was given of the common options; None where it was not."""

    environment: str | None = None
    directory: str | None = None
    state: str | None = None
    json: bool | None = None
    color: str | None = None
    quiet: bool | None = None
    verbose: bool | None = None
    no_input: bool | None = None
    parallelism: int | None = None
    debug: bool | None = None


class CommonOption(click.Option):
    """A common option; help lists these apart."""


def flags_of(context: click.Context) -> Flags:
    """The flags of this run, shared by the whole command line."""
    return context.find_root().ensure_object(Flags)


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    if value is not None and parameter.name and not context.resilient_parsing:
        setattr(flags_of(context), parameter.name, value)
    return value


def _remember_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An empty name, such as a variable of a script that is not set, is no way to leave the option out."""
    if value is not None and not value.strip():
        raise click.BadParameter("the name is empty", context, parameter)
    _remember(context, parameter, value)
    return value


def _option(*names: str, callback: Callable[..., Any] = _remember, **kwargs: Any) -> CommonOption:
    return CommonOption(names, expose_value=False, callback=callback, default=None, **kwargs)


def _switch(*names: str, **kwargs: Any) -> CommonOption:
    return _option(*names, is_flag=True, **kwargs)


def common_options() -> list[click.Parameter]:
    """New option objects for one command."""
    return [
        _option("-e", "--environment", metavar="NAME", callback=_remember_name, help="The environment."),
        _option("-C", "--directory", metavar="DIR", help="Work as if started in DIR."),
        _option("--state", metavar="URL", help="Where the state is kept."),
        _switch("--json", help="Print data as JSON."),
        _option("--color", type=click.Choice(("auto", "always", "never")), help="When to use colours."),
        _switch("-q", "--quiet", help="Print only data and errors."),
        _switch("-v", "--verbose", help="Print more."),
        _switch("--no-input", help="Never ask; fail where an answer is needed."),
        _option("-j", "--parallelism", type=click.IntRange(1, 256), metavar="N", help="Steps at a time."),
        _switch("--debug", help="Print tracebacks of unexpected failures."),
    ]
