"""Click commands and groups of this house: common options everywhere, subcommands loaded when they are called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from .flags import CommonOption, common_options
from .register import Entry, Family, Section


class Verb(click.Command):
    """A command that also takes the common options, but for those whose name it uses itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {name for parameter in self.params for name in parameter.opts}
        self.params.extend(o for o in common_options() if not own.intersection(o.opts))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, the common ones below a heading of their own."""
        _write_options(self, ctx, formatter)


class Branch(click.Group):
    """A group whose commands are listed as data and imported when called."""

    def __init__(self, sections: tuple[Section, ...], package: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sections = sections
        self._package = package
        self.params.extend(common_options())

    @property
    def _entries(self) -> Mapping[str, Entry | Family]:
        return {e.name: e for section in self._sections for e in section.commands}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order in which help shows them."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called ``cmd_name``; None when there is none."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        if isinstance(entry, Family):
            section, below = (Section("Commands", entry.entries),), f"{self._package}.{entry.name}"
            return Branch(section, below, name=entry.name, help=entry.summary, hidden=entry.hidden)
        found: click.Command = import_module(f"{self._package}.{entry.module}", __package__).command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest name as a hint for an unknown command."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self._entries:
            raise click.UsageError(f"there is no command '{name}'{self._nearest(name)}", ctx)
        return super().resolve_command(ctx, args)

    def _nearest(self, name: str) -> str:
        from ..graph.diagnostics import nearest

        close = nearest(name, [n for n, e in self._entries.items() if not e.hidden])
        return f". Did you mean '{close}'?" if close else ""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by section, then the options."""
        width = max(len(name) for name, e in self._entries.items() if not e.hidden)
        for section in self._sections:
            rows = [(e.name.ljust(width), e.summary) for e in section.commands if not e.hidden]
            with formatter.section(section.title):
                formatter.write_dl(rows)
        _write_options(self, ctx, formatter)


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    own: list[tuple[str, str]] = []
    common: list[tuple[str, str]] = []
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            (common if isinstance(parameter, CommonOption) else own).append(record)
    for title, rows in (("Options", own), ("Common options", common)):
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)
