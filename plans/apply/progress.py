"""Where every step of a walk stands: what waits, what is ready, what became of it. No I/O."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping

from ...graph.dag import Dag
from ..order import Step
from ..state.records import StepRecord, StepStatus

_GOOD = frozenset({StepStatus.DONE, StepStatus.UNCHANGED})


class Progress:
    """The scheduler's memory. Ready steps come out in the plan's order."""

    def __init__(self, dag: Dag[Step]) -> None:
        self._dependants = dag.reverse()
        self._waiting = {step: len(dag.dependencies(step)) for step in dag}
        self._rank = {step: rank for rank, step in enumerate(dag.order())}
        self._ready: list[tuple[int, Step]] = [
            (self._rank[s], s) for s, count in self._waiting.items() if not count
        ]
        heapq.heapify(self._ready)
        self.settled: dict[Step, StepRecord] = {}
        self.running: set[Step] = set()

    @property
    def has_ready(self) -> bool:
        """Whether a step could start now."""
        return bool(self._ready)

    def take(self) -> Step:
        """The next ready step; it counts as running until it is settled."""
        _, step = heapq.heappop(self._ready)
        self.running.add(step)
        return step

    def put_back(self, step: Step) -> None:
        """The step did not start after all."""
        self.running.discard(step)
        heapq.heappush(self._ready, (self._rank[step], step))

    def settle(self, record: StepRecord, step: Step) -> None:
        """The step ended. A good end releases its dependants."""
        self.running.discard(step)
        self.settled[step] = record
        if record.status in _GOOD:
            for dependant in self._dependants.dependencies(step):
                self._waiting[dependant] -= 1
                if not self._waiting[dependant] and dependant not in self.settled:
                    heapq.heappush(self._ready, (self._rank[dependant], dependant))

    def amend(self, step: Step, record: StepRecord) -> None:
        """The step, given up as pending, ended after all; that releases nobody any more."""
        self.settled[step] = record

    def blocked_by(self, step: Step) -> list[Step]:
        """The steps that can never run after ``step`` did not end well, in order, without those settled."""
        found: set[Step] = set()
        stack = [step]
        while stack:
            for dependant in self._dependants.dependencies(stack.pop()):
                if dependant not in found and dependant not in self.settled:
                    found.add(dependant)
                    stack.append(dependant)
        return sorted(found, key=self._rank.__getitem__)

    def unsettled(self) -> Iterator[Step]:
        """The steps without an end, in order."""
        return (s for s in sorted(self._rank, key=self._rank.__getitem__) if s not in self.settled)

    def in_order(self) -> Mapping[Step, StepRecord]:
        """The ends of all settled steps, in the plan's order."""
        steps: Iterable[Step] = sorted(self.settled, key=self._rank.__getitem__)
        return {s: self.settled[s] for s in steps}
