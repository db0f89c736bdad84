"""Waits until objects are ready, or says early that they will not be."""

from __future__ import annotations

from collections.abc import Iterable

from ...sdk import Context, PermanentFault, TransientFault
from .cluster import Cluster
from .objects import Identity
from .pods import hopeless
from .readiness import Readiness, State, behind, readiness
from .seeing import ours

_SHORTEST = 0.1
_LONGEST = 2.0
_MARGIN = 5.0
"""Seconds before the call's deadline at which we give up ourselves, so that what was waited for is told."""


def wait_ready(context: Context, cluster: Cluster, names: Iterable[Identity]) -> None:
    """Return when all objects are ready. Raises :class:`PermanentFault` where one failed or the time is up.

    A server that is away meanwhile is waited for, too: it may be back before the deadline.
    """
    left = list(names)
    pause, told = _SHORTEST, ""
    while left:
        try:
            left, said = _look(cluster, context.uid, left)
        except TransientFault as fault:
            if _late(context):
                raise
            said = fault.message
        if not left:
            return
        if _late(context):
            raise PermanentFault(
                f"not-ready: {said}",
                hint="look at its events and logs, or give the definition a longer timeout",
            )
        if said != told:
            context.progress(said)
            told = said
        context.cancelled.wait(pause)
        context.cancelled.check()
        pause = min(_LONGEST, pause * 1.5)


def _look(cluster: Cluster, uid: str, names: list[Identity]) -> tuple[list[Identity], str]:
    """Those that are not ready yet, and what the first of them waits for."""
    found = ours(cluster, uid, names)
    left: list[Identity] = []
    said = ""
    for name in names:
        item = found.get(name)
        state = Readiness(State.WAITING, "it is not there any more") if item is None else readiness(item)
        if state.state is State.READY:
            continue
        if item is not None and state.state is State.WAITING and not behind(item):
            lost = hopeless(cluster, item)
            state = state if lost is None else Readiness(State.FAILED, lost)
        if state.state is State.FAILED:
            raise PermanentFault(f"not-ready: {name}: {state.text}")
        left.append(name)
        said = said or f"{name}: {state.text}"
    more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
    return left, f"{said}{more}" if left else ""


def _late(context: Context) -> bool:
    return context.seconds_left <= _MARGIN
