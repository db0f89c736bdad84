"""The program: one group, its commands loaded by name, and one place where failures become exit codes."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

import click

from .. import __version__
from .failures import run
from .flags import Flags
from .groups import Branch
from .register import SECTIONS


class Program(Branch):
    """The whole command line. Calling it ends the process with an exit code of :class:`~.exits.Exit`."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Parse ``args`` (the process's own by default), run the command, exit."""
        # Large graphs are many small objects that live until the end: looking for cycles among them is in vain.
        gc.set_threshold(1_000_000, 50, 100)
        _have_streams()
        flags = Flags()
        inherited = super().main
        name = prog_name or "bakehouse"
        code = run(lambda: inherited(args, name, "_BAKEHOUSE_COMPLETE", False, obj=flags, **extra), flags)
        _leave(code)


def _have_streams() -> None:
    """Replace closed standard streams by nothing: else the next file to be opened would get what is printed."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _leave(code: int) -> None:
    """Exit without waiting for driver threads that an apply has abandoned."""
    if threading.active_count() > 1 and threading.current_thread() is threading.main_thread():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    # The process ends: what a large graph leaves behind in cycles is not worth looking for.
    gc.freeze()
    sys.exit(code)


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"bakehouse {__version__}")
        context.exit()


main = Program(
    SECTIONS,
    f"{__package__}.commands",
    name="bakehouse",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Describe what a workload needs, see what would change, apply it.",
    epilog="Start with `bakehouse init`. Commands are explained by --help, errors by `bakehouse help CODE`.",
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            help="Print the version.",
            callback=_version,
        )
    ],
)
