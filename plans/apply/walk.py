"""The walk: one thread that begins steps, ends them, and commits both in groups.

Drivers are called in daemon threads; everything else happens in the thread that calls :meth:`Walk.run`. In each
round it takes what came back, what that releases and what may start, and writes all of it as one transaction
before anything of it takes effect.
"""

from __future__ import annotations

import functools
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...drivers.faults import Cancelled
from ...drivers.sdk import CreateMode
from ...graph.errors import BakehouseError
from ..order import Step
from ..state.records import StepRecord, StepStatus
from ..state.store import StateWriter, Write
from .batch import Batch
from .call import Answer, Call, Line, Surroundings
from .ends import Ends
from .events import Event, EventKind, Listener
from .ground import Ground
from .heartbeat import Heartbeat
from .progress import Progress
from .steps import Steps
from .stop import Stop
from .task import perform, perform_pure

_PATIENCE = 5.0
"""Seconds that a call may take to heed its cancellation before its thread is abandoned."""


class Limits(Struct, frozen=True):
    """How the walk is bounded: calls at once, whether it ends at the first failure, seconds of grace."""

    parallelism: int = 10
    fail_fast: bool = False
    grace: float = 30.0


class _Answered(Struct, frozen=True):
    step: Step
    answer: Answer


class _Kept(Struct, frozen=True):
    step: Step
    private: Mapping[str, Any]
    durable: threading.Event


class _Told(Struct, frozen=True):
    step: Step
    kind: str
    detail: Mapping[str, Any]


_Message = _Answered | _Told | _Kept | None
"""What calls put into the inbox; None only wakes the walk up."""


class Walk:
    """Carries the steps of one plan out."""

    def __init__(
        self,
        ground: Ground,
        writer: StateWriter,
        steps: Steps,
        ends: Ends,
        around: Surroundings,
        limits: Limits,
    ) -> None:
        self._ground = ground
        self._writer = writer
        self._steps = steps
        self._ends = ends
        self._around = around
        self._limits = limits
        self._progress = Progress(ground.plan.steps())
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._first: list[_Message] = []  # what ended the wait, and goes before all that came since
        self._calls: dict[Step, Call] = {}
        self._abandoned: dict[Step, Call] = {}
        self._closing: float | None = None
        self._failed = False

    def run(
        self, done: Callable[[str], bool], heart: Heartbeat, stop: Stop, listen: Listener
    ) -> Mapping[Step, StepRecord]:
        """Walk until nothing can run any more; ``done`` says which step keys an earlier run carried out.

        Raises LeaseLost or StateError when the state cannot be written; running calls are told to give up.
        Where a call is left running, the lease is not given back.
        """
        self._listen = listen
        stop.on_request(lambda: self._inbox.put(None))
        try:
            while True:
                batch = Batch()
                self._receive(batch)
                self._heed(stop, batch)
                self._begin(done, heart, batch)
                if batch:
                    self._commit(batch)
                elif self._calls:
                    self._wait()
                elif not self._progress.has_ready or not self._may_start(heart):
                    break
            if heart.lost is not None:
                raise heart.lost
            self._leave_rest(stop)
        except BakehouseError:
            for call in self._calls.values():
                call.cancelled.set()
            raise
        finally:
            if self._calls or self._abandoned:
                self._writer.let_lapse()
        return self._progress.in_order()

    def _may_start(self, heart: Heartbeat) -> bool:
        return self._closing is None and heart.trusted and not (self._failed and self._limits.fail_fast)

    def _begin(self, done: Callable[[str], bool], heart: Heartbeat, batch: Batch) -> None:
        waiting: list[Step] = []
        while self._progress.has_ready and not batch.is_full and self._may_start(heart):
            step = self._progress.take()
            if done(step.key):
                self._settle(step, self._ground.step(step, StepStatus.DONE, earlier=True), batch)
                continue
            if len(self._calls) >= self._limits.parallelism and self._calls_driver(step):
                waiting.append(step)
                if len(waiting) >= self._limits.parallelism:
                    break
                continue
            self._begin_one(step, batch)
        for step in waiting:
            self._progress.put_back(step)

    def _calls_driver(self, step: Step) -> bool:
        return not self._steps.is_pure(self._ground.plan.changes[step.address])

    def _begin_one(self, step: Step, batch: Batch) -> None:
        begun = self._steps.begin(step)
        if (
            begun.call is not None
            and begun.call.driver.create_mode is CreateMode.PURE
            and begun.write is None
        ):
            self._end(step, begun.call, perform_pure(begun.call, self._around), batch)
            return
        if begun.write is not None:
            batch.writes.append(begun.write)
        if begun.end is not None:
            self._settle(step, begun.end, batch)
        elif begun.call is not None:
            self._calls[step] = begun.call
            batch.events.append(self._event(EventKind.STEP_STARTED, step, operation=begun.call.operation))
            batch.then.append(functools.partial(self._launch, step, begun.call))

    def _launch(self, step: Step, call: Call) -> None:
        def keep(private: Mapping[str, Any]) -> None:
            kept = _Kept(step, private, threading.Event())
            self._inbox.put(kept)
            while not kept.durable.wait(1.0):
                call.cancelled.check()

        line = Line(lambda kind, detail: self._inbox.put(_Told(step, kind, detail)), keep)

        def work() -> None:
            self._inbox.put(_Answered(step, perform(call, self._around, line)))

        threading.Thread(target=work, name=step.key, daemon=True).start()

    def _receive(self, batch: Batch) -> None:
        while not batch.is_full:
            try:
                message = self._first.pop() if self._first else self._inbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(message, _Told):
                kind = EventKind.STEP_RETRY if message.kind == "retry" else EventKind.STEP_PROGRESS
                batch.events.append(self._event(kind, message.step, **message.detail))
            elif isinstance(message, _Kept):
                self._keep(message, batch)
            elif isinstance(message, _Answered):
                self._answered(message, batch)

    def _keep(self, message: _Kept, batch: Batch) -> None:
        """Record what a running call is about to make besides; one that was abandoned is told by its cancellation."""
        call = self._calls.get(message.step)
        if call is None:
            return
        record = self._ground.records.get(message.step.address)
        if record is not None and record.generation == call.generation:
            written = self._ground.stamp(replace(record, private=message.private))
            batch.writes.append(Write(put=written, step=self._ground.step(message.step, StepStatus.INTENT)))
        batch.then.append(message.durable.set)

    def _answered(self, message: _Answered, batch: Batch) -> None:
        call = self._calls.pop(message.step, None)
        if call is not None:
            self._end(message.step, call, message.answer, batch)
            return
        late = self._abandoned.pop(message.step)
        if isinstance(message.answer.fault, Cancelled):
            return
        write, end = self._ends.end(message.step, late, message.answer)
        batch.write(write, message.answer)
        self._progress.amend(message.step, end)
        batch.events.append(self._finished(end, message.step))

    def _end(self, step: Step, call: Call, answer: Answer, batch: Batch) -> None:
        write, end = self._ends.end(step, call, answer)
        batch.write(write, answer)
        self._settle(step, end, batch)

    def _settle(self, step: Step, end: StepRecord, batch: Batch) -> None:
        self._progress.settle(end, step)
        batch.events.append(self._finished(end, step))
        if end.status in (StepStatus.FAILED, StepStatus.PENDING):
            self._failed = True
            for blocked in self._progress.blocked_by(step):
                skipped = self._ground.step(blocked, StepStatus.SKIPPED, because=str(step.address))
                batch.writes.append(Write(step=skipped))
                self._progress.settle(skipped, blocked)
                batch.events.append(self._finished(skipped, blocked))

    def _commit(self, batch: Batch) -> None:
        kept = [e.body() for e in batch.events if e.kind is not EventKind.STEP_FINISHED]
        if batch.writes or kept:
            self._writer.commit(batch.writes, kept)
        for event in batch.events:
            self._listen(event)
        for start in batch.then:
            start()

    def _wait(self) -> None:
        """Sleep until something comes back, a deadline passes, or the user asks to stop."""
        ends = [c.deadline for c in self._calls.values()]
        if self._closing is not None:
            ends.append(self._closing)
        seconds = max(0.05, min(1.0, min(ends) - time.monotonic()))
        try:
            self._first.append(self._inbox.get(timeout=seconds))
        except queue.Empty:
            return

    def _heed(self, stop: Stop, batch: Batch) -> None:
        """Cancel calls past their deadline, and everything when the user's grace is over."""
        now = time.monotonic()
        if stop.level and self._closing is None:
            self._closing = now + self._limits.grace
            batch.events.append(self._event(EventKind.CANCELLING, None, running=len(self._calls)))
        over = stop.level >= 2 or (self._closing is not None and now > self._closing)
        for step, call in list(self._calls.items()):
            if over or now > call.deadline:
                call.cancelled.set()
            if stop.level >= 2 or now > min(call.deadline, self._closing or call.deadline) + _PATIENCE:
                self._abandon(step, "left running" if over else "its deadline passed", batch)

    def _abandon(self, step: Step, why: str, batch: Batch) -> None:
        """Leave a call to its thread: the intent stays pending, and the next run settles it.

        What it answers while this run goes on is recorded all the same; its dependants stay skipped.
        """
        self._abandoned[step] = self._calls.pop(step)
        end = self._ground.step(step, StepStatus.PENDING, message=f"{why}; the next apply settles it")
        batch.writes.append(Write(step=end))
        self._settle(step, end, batch)

    def _leave_rest(self, stop: Stop) -> None:
        batch = Batch()
        for step in self._progress.unsettled():
            end = self._ground.step(step, StepStatus.NOT_ATTEMPTED)
            batch.writes.append(Write(step=end))
            batch.events.append(self._finished(end, step))
            self._progress.settle(end, step)
        if batch:
            self._commit(batch)

    def _finished(self, end: StepRecord, step: Step) -> Event:
        return self._event(
            EventKind.STEP_FINISHED,
            step,
            **{**end.detail, "status": end.status.value, "seconds": end.seconds},
        )

    def _event(self, kind: EventKind, step: Step | None, **detail: Any) -> Event:
        address, key = ("", "") if step is None else (str(step.address), step.kind.value)
        return Event(kind, self._ground.now(), self._ground.deployment.number, address, key, detail)
