"""Looks at recorded objects in their own systems, several at a time, each with a deadline. Reads only."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, ValidationError

from ..drivers.context import Cancellation, Context, Recorded
from ..drivers.faults import Fault, NotFound
from ..drivers.marks import SEALED, marked
from ..drivers.registry import AnyDriver
from ..drivers.result import Result
from ..drivers.sdk import CreateMode
from ..graph.address import Address
from ..graph.encoding import encode
from ..graph.errors import BakehouseError
from ..graph.fingerprint import digest
from ..graph.values import Secret, Value
from .access import SecretAccess
from .apply.operate import opened_connection
from .apply.sealing import Opened, Sealer
from .bounded import GRACE, scratch
from .compare import properties
from .drift import Finding, Live, Lives
from .fitting import told
from .probe import Probe
from .state.records import ResourceRecord, ResourceStatus

_ABSENT = digest("gone")


class Observer(Struct, frozen=True):
    """Looks at the objects of one environment. In a ``paused`` one nothing is asked that a pause stops."""

    probe: Probe
    secrets: SecretAccess
    paused: bool = False

    def look(self, record: ResourceRecord, cancelled: Cancellation | None = None) -> Live:
        """How the object stands to its record; never raises."""
        opened = Opened(self.secrets)
        try:
            record = self.probe.upgraded(record)
            driver = self.probe.driver(record.driver, str(record.address))
            if driver.create_mode is CreateMode.PURE:
                return Live(Finding.SAME)
            if record.runtime and self.paused:
                return _unread("it is paused")
            if not driver.offers("read"):
                return _unread(f"driver {driver.name} cannot read")
            with scratch() as folder:
                context = self._context(driver, record, opened, Path(folder), cancelled)
                result = driver.read(context, _inputs(driver, record, opened))
            return self._compared(record, result, opened)
        except Fault as fault:
            return _told(fault, opened)
        except ValidationError as error:
            return _unread(opened.scrub(told(error.errors())))
        except BakehouseError as error:
            return _unread(opened.scrub(error.diagnostics[0].message))
        except Exception as error:
            text = f"driver {record.driver} failed unexpectedly: {type(error).__name__}: {error}"
            return _unread(opened.scrub(text))

    def look_together(
        self, records: Sequence[ResourceRecord], cancelled: Cancellation
    ) -> dict[Address, Live | None]:
        """The same of several objects of one driver that reads them at once; None for those to look at by themselves."""
        opened, found = Opened(self.secrets), dict[Address, Live | None]()
        found.update((record.address, None) for record in records)
        with contextlib.suppress(Exception), scratch() as folder:
            upgraded = [self.probe.upgraded(record) for record in records]
            driver = self.probe.driver(records[0].driver, str(records[0].address))
            asked = [
                Recorded(
                    self._context(driver, r, opened, Path(folder), cancelled), _inputs(driver, r, opened)
                )
                for r in upgraded
            ]
            for record, answer in zip(upgraded, driver.read_together(asked), strict=True):
                if isinstance(answer, Fault):
                    found[record.address] = _told(answer, opened)
                elif answer is not None:
                    found[record.address] = self._compared(record, answer, opened)
        return found

    def reads_together(self, record: ResourceRecord) -> bool:
        """Whether the driver of an object reads all of its objects at once."""
        try:
            driver = self.probe.driver(record.driver, str(record.address))
        except BakehouseError:
            return False
        return driver.offers("read_together") and not (record.runtime and self.paused)

    def seconds(self, record: ResourceRecord) -> float:
        """How long a look may take."""
        try:
            return float(self.probe.driver(record.driver, str(record.address)).timeout)
        except BakehouseError:
            return GRACE

    def _context(
        self,
        driver: AnyDriver,
        record: ResourceRecord,
        opened: Opened,
        folder: Path,
        cancelled: Cancellation | None,
    ) -> Context:
        return replace(
            self.probe.context(record),
            run_dir=folder,
            reveal=opened.reveal,
            connection=opened_connection(driver, record.connection, opened),
            deadline=time.monotonic() + driver.timeout,
            cancelled=cancelled or Cancellation(),
        )

    def _compared(self, record: ResourceRecord, result: Result, opened: Opened) -> Live:
        found = _Closer(self.secrets, opened, record.uid).seal(result.outputs, record.driver_outputs)
        stopped = self.probe.not_running(record) if record.runtime else None
        said = tuple(opened.scrub(text) for text in (*result.differs, *((stopped,) if stopped else ())))
        diffs = properties(record.driver_outputs, found)
        finding = Finding.CHANGED if diffs or said else Finding.SAME
        return Live(finding, diffs, said, digest([encode(found), list(said)]))


class _Closer(Sealer):
    """Closes what was found without recording anything: a secret that is not the recorded one has no version."""

    def __init__(self, access: SecretAccess, opened: Opened, uid: str) -> None:
        super().__init__(access, lambda ref: None, opened, uid)

    def fresh(self, field: str, clear: str) -> Secret:
        """A reference that nothing opens."""
        self._opened.remember(clear)
        return Secret("live", f"{self._uid}/{field}", None)

    def _same(self, recorded: Secret, clear: str) -> bool:
        """Raises BakehouseError where the recorded one cannot be opened: then nothing can be said."""
        return self._access.reveal(recorded) == clear


class _Task(Struct, frozen=True):
    """One look, at one object or at several of a driver that reads them at once."""

    records: tuple[ResourceRecord, ...]

    def done(self, observer: Observer, cancelled: Cancellation) -> dict[Address, Live | None]:
        """What was found; None of an object that must be looked at by itself."""
        if len(self.records) == 1:
            return {self.records[0].address: observer.look(self.records[0], cancelled)}
        return observer.look_together(self.records, cancelled)


_Answers = queue.Queue[tuple[int, dict[Address, "Live | None"]]]


class _Running(Struct, frozen=True):
    """A task under way, until when it may take, and how it is told that nobody waits any more."""

    task: _Task
    deadline: float
    cancelled: Cancellation


def look_at_all(observer: Observer, records: Iterable[ResourceRecord], parallelism: int) -> Lives:
    """How each object stands that was made and is not in the middle of an operation; at most so many at a time.

    A driver that does not answer in time is left to itself, and its object counts as not read.
    """
    waiting = _tasks(observer, [r for r in records if _can_be_looked_at(r)])
    found: dict[Address, Live] = {}
    running: dict[int, _Running] = {}
    answers: _Answers = queue.Queue()
    numbers = itertools.count()
    while waiting or running:
        while waiting and len(running) < parallelism:
            number, task, cancelled = next(numbers), waiting.popleft(), Cancellation()
            seconds = max(observer.seconds(record) for record in task.records)
            running[number] = _Running(task, time.monotonic() + seconds + GRACE, cancelled)
            name = f"read {task.records[0].address}"
            work = _work(number, observer, running[number], answers)
            threading.Thread(target=work, name=name, daemon=True).start()
        again = _collect(answers, running, found)
        waiting.extend(_Task((record,)) for record in again)
    return found


def _tasks(observer: Observer, records: Sequence[ResourceRecord]) -> deque[_Task]:
    """What is read together first, because it takes longest; then one by one."""
    groups: dict[str, list[ResourceRecord]] = {}
    for record in records:
        if observer.reads_together(record):
            groups.setdefault(record.driver, []).append(record)
    together = [_Task(tuple(group)) for group in groups.values() if len(group) > 1]
    taken = {record.address for task in together for record in task.records}
    return deque([*together, *(_Task((record,)) for record in records if record.address not in taken)])


def _work(number: int, observer: Observer, running: _Running, answers: _Answers) -> Callable[[], None]:
    return lambda: answers.put((number, running.task.done(observer, running.cancelled)))


def _collect(
    answers: _Answers, running: dict[int, _Running], found: dict[Address, Live]
) -> list[ResourceRecord]:
    """Wait for the next answer, or for the first deadline; an answer that comes later is of no use any more.

    Gives the objects that are still to be looked at by themselves.
    """
    first = min(one.deadline for one in running.values())
    try:
        number, told = answers.get(timeout=max(0.0, first - time.monotonic()))
    except queue.Empty:
        now = time.monotonic()
        for late in [number for number, one in running.items() if one.deadline <= now]:
            ended = running.pop(late)
            ended.cancelled.set()
            found.update(
                (r.address, _unread("its driver did not answer in time")) for r in ended.task.records
            )
        return []
    ended_now = running.pop(number, None)
    if ended_now is None:
        return []
    found.update((address, live) for address, live in told.items() if live is not None)
    return [record for record in ended_now.task.records if told[record.address] is None]


def _told(fault: Fault, opened: Opened) -> Live:
    if isinstance(fault, NotFound):
        return Live(Finding.GONE, said=(opened.scrub(fault.message),), digest=_ABSENT)
    return _unread(opened.scrub(fault.message))


def _can_be_looked_at(record: ResourceRecord) -> bool:
    return (
        record.owner is None
        and record.status in (ResourceStatus.READY, ResourceStatus.ORPHANED)
        and not record.half_adopted
    )


def _inputs(driver: AnyDriver, record: ResourceRecord, opened: Opened) -> BaseModel | None:
    """The recorded inputs as the driver's model; None where they do not fit it any more."""
    closed = marked(driver.Inputs, SEALED)
    plain: Mapping[str, Value] = {k: v if k in closed else opened.open(v) for k, v in record.inputs.items()}
    try:
        model: BaseModel = driver.Inputs.model_validate(plain)
    except ValidationError:
        return None
    return model


def _unread(why: str) -> Live:
    return Live(Finding.UNREAD, said=(why,))
