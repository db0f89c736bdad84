"""In which order containers start. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from ....faults import PermanentFault
from .containers import ContainerProcess


def start_order(processes: Iterable[ContainerProcess]) -> tuple[ContainerProcess, ...]:
    """Every process after those that must be in some state before it; by name where nothing is said.

    Raises :class:`PermanentFault` for a circle or a ``before`` that names no container.
    """
    by_name = {process.name: process for process in processes}
    waiting = {name: set(awaited(name, by_name.values())) for name in by_name}
    strangers = sorted({n for p in by_name.values() for n in p.before} - by_name.keys())
    if strangers:
        raise PermanentFault(f"before: there is no container {strangers[0]}")
    free = sorted(name for name, others in waiting.items() if not others)
    order: list[ContainerProcess] = []
    while free:
        name = heapq.heappop(free)
        order.append(by_name[name])
        for other in sorted(by_name[name].before):
            waiting[other].discard(name)
            if not waiting[other]:
                heapq.heappush(free, other)
    if len(order) < len(by_name):
        circle = sorted(by_name.keys() - {process.name for process in order})
        raise PermanentFault(f"before: containers {', '.join(circle)} wait for each other")
    return tuple(order)


def awaited(name: str, processes: Iterable[ContainerProcess]) -> dict[str, str]:
    """The containers that must be in a state before ``name`` starts, and that state."""
    return {process.name: process.before[name] for process in processes if name in process.before}
