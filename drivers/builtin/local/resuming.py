"""Starts a paused program again, and waits until it is seen to run."""

from __future__ import annotations

from ....graph.values import Secret, leaves
from ...context import Context
from ...faults import NotFound, PermanentFault
from .supervisor import Supervisor
from .waiting import Watch

_SECONDS = 60.0


def start_again(context: Context, name: str, what: str) -> None:
    """Start a program that was put before and stopped; one that runs is left alone. ``what`` names it to people.

    Raises :class:`NotFound` where it was never put here or its folder is gone, and :class:`PermanentFault` with its
    last lines where it ends at once; none of them shows a secret of the recorded inputs.
    """
    supervisor = Supervisor(context.workspace)
    if name not in supervisor.names(name):
        raise NotFound(f"{what} is not there any more")
    supervisor.start(name)
    try:
        Watch(supervisor, name, what, lambda: _secrets(context)).until_started(context, _SECONDS)
    except PermanentFault as fault:
        fault.hint = "the next apply tries again"
        raise


def _secrets(context: Context) -> list[str]:
    if context.prior is None:
        return []
    return [context.reveal(leaf) for leaf in leaves(context.prior.inputs) if isinstance(leaf, Secret)]
