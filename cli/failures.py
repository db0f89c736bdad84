"""From exceptions to exit codes and to what people are told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..graph.diagnostics import Diagnostic
from ..graph.errors import BakehouseError
from .exits import Exit
from .flags import Flags
from .signals import Terminated, terminable
from .sources import SourceLines
from .views.problems import problems
from .views.screen import OutputLost, standard


def run(call: Callable[[], Any], flags: Flags) -> int:
    """Call, show whatever failed, and answer the exit code. Never raises."""
    try:
        with terminable():
            code = int(call() or Exit.OK)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return _silence()
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except Terminated:
        return Exit.TERMINATED
    except Exception as error:
        return _told(error, flags)


def _told(error: Exception, flags: Flags) -> int:
    try:
        if flags.debug or os.environ.get("BAKEHOUSE_DEBUG"):
            import traceback

            traceback.print_exception(error)
        screen = standard(flags.color or os.environ.get("BAKEHOUSE_COLOR", "auto"), json=bool(flags.json))
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            screen.complain(error.format_message().split("\n"))
            return Exit.ERROR
        folders = tuple(Path(p) for p in (flags.directory, ".") if p)
        problems(screen, SourceLines((*folders, *_roots(folders)))).show(diagnostics_of(error))
    except (OSError, OutputLost):
        _silence()
    return exit_of(error)


def _roots(folders: tuple[Path, ...]) -> list[Path]:
    """The folders above, for places that are relative to the application's root."""
    return [above for above in folders[0].absolute().parents if (above / "bakehouse.yaml").is_file()]


def diagnostics_of(error: Exception) -> tuple[Diagnostic, ...]:
    """What to tell about a failure; an unexpected one is told without its traceback."""
    if isinstance(error, BakehouseError):
        return error.diagnostics
    if isinstance(error, click.UsageError):
        return (_usage(error),)
    if isinstance(error, click.ClickException):
        return (Diagnostic("usage", error.format_message()),)
    return (_unexpected(error),)


def _usage(error: click.UsageError) -> Diagnostic:
    path = error.ctx.command_path if error.ctx else "bakehouse"
    message, asks, meant = error.format_message().rstrip(".").partition("Did you mean ")
    message = message.rstrip(" .;(") if asks else message
    hint = f"did you mean {meant.rstrip(')')}" if asks else None
    return Diagnostic("usage", message[:1].lower() + message[1:], hint=hint, next=f"{path} --help")


def _unexpected(error: Exception) -> Diagnostic:
    words = str(error).strip().split("\n")[0][:300]
    what = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return Diagnostic(
        "internal-error",
        f"something unexpected happened: {what}",
        hint="this is a defect of Bakehouse or of a driver; the same command with --debug shows where",
    )


def exit_of(error: Exception) -> Exit:
    """The exit code of a failure."""
    if isinstance(error, BakehouseError):
        return _EXITS.get(error.diagnostics[0].code, Exit.ERROR) if error.diagnostics else Exit.ERROR
    return Exit.ERROR


_EXITS = {
    "stale-plan": Exit.STALE,
    "plan-not-current": Exit.STALE,
    "lease-held": Exit.HELD,
    "approval-missing": Exit.APPROVAL,
    "confirmation-missing": Exit.APPROVAL,
    "nothing-destroyed": Exit.APPROVAL,
}


def _silence() -> int:
    """A stream cannot be written any more: say nothing more there, also not when the interpreter flushes it."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nothing, stream.fileno())
    os.close(nothing)
    return Exit.ERROR
