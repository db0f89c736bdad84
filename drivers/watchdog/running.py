"""A command run to its end under its guard, within the limits of a driver call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from ..context import Context
from ..faults import Cancelled, TransientFault
from .child import Child, Command, Exit

_STEP = 0.05


class Ran(Struct, frozen=True):
    """How a command ended, and the files (0600) that hold what it printed."""

    exit: Exit
    output: Path
    errors: Path


def run(
    context: Context,
    command: Command,
    folder: Path,
    *,
    name: str,
    grace: float = 10.0,
    hear: Callable[[bytes], None] = lambda line: None,
) -> Ran:
    """Run ``command`` and return when it has ended, well or not; ``hear`` is given each line of its output at once.

    Its output lies in ``folder`` under ``name``. It is stopped where the call is cancelled, which raises
    :class:`Cancelled`, or its deadline has come, which raises :class:`TransientFault`.
    """
    with Child(command, folder, name=name, grace=grace) as child:
        rest, ended = b"", False
        with child.output.open("rb") as output:
            while not ended:
                ended = child.wait(min(_STEP, context.seconds_left))
                *whole, rest = (rest + output.read()).split(b"\n")
                for line in whole:
                    hear(line)
                if not ended:
                    _go_on(context, Path(command.argv[0]).name)
        return Ran(child.exit(), child.output, child.errors)


def _go_on(context: Context, program: str) -> None:
    if context.seconds_left <= 0:  # asked first: whoever waits for this cancels it at the same moment
        raise TransientFault(f"{program} did not end in time and was stopped")
    if context.cancelled:
        raise Cancelled(f"{program} was stopped")
