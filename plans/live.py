"""Looks at recorded objects in their own systems, several at a time, each with a deadline. Reads only."""

from __future__ import annotations

import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from ..drivers.context import Cancellation, Context
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
from .compare import properties
from .drift import Finding, Live, Lives
from .fitting import told
from .probe import Probe
from .state.records import ResourceRecord, ResourceStatus

_GRACE = 5.0
"""Seconds that a read may take beyond its deadline, to say itself why it gave up."""

_ABSENT = digest("gone")


@dataclass(frozen=True)
class Observer:
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
            with tempfile.TemporaryDirectory(prefix="bakehouse-") as folder:
                context = self._context(driver, record, opened, Path(folder))
                context = context if cancelled is None else replace(context, cancelled=cancelled)
                result = driver.read(context, _inputs(driver, record, opened))
            return self._compared(record, result, opened)
        except NotFound as gone:
            return Live(Finding.GONE, said=(opened.scrub(gone.message),), digest=_ABSENT)
        except Fault as fault:
            return _unread(opened.scrub(fault.message))
        except ValidationError as error:
            return _unread(opened.scrub(told(error.errors())))
        except BakehouseError as error:
            return _unread(opened.scrub(error.diagnostics[0].message))
        except Exception as error:
            text = f"driver {record.driver} failed unexpectedly: {type(error).__name__}: {error}"
            return _unread(opened.scrub(text))

    def seconds(self, record: ResourceRecord) -> float:
        """How long a look may take."""
        try:
            return float(self.probe.driver(record.driver, str(record.address)).timeout)
        except BakehouseError:
            return _GRACE

    def _context(self, driver: AnyDriver, record: ResourceRecord, opened: Opened, folder: Path) -> Context:
        return replace(
            self.probe.context(record),
            run_dir=folder,
            reveal=opened.reveal,
            connection=opened_connection(driver, record.connection, opened),
            deadline=time.monotonic() + driver.timeout,
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


def look_at_all(observer: Observer, records: Iterable[ResourceRecord], parallelism: int) -> Lives:
    """How each object stands that was made and is not in the middle of an operation; at most so many at a time.

    A driver that does not answer in time is left to itself, and its object counts as not read.
    """
    waiting = [r for r in records if _can_be_looked_at(r)]
    waiting.reverse()
    found: dict[Address, Live] = {}
    running: dict[Address, tuple[float, Cancellation]] = {}
    answers: queue.Queue[tuple[Address, Live]] = queue.Queue()
    while waiting or running:
        while waiting and len(running) < parallelism:
            record, cancelled = waiting.pop(), Cancellation()
            running[record.address] = (time.monotonic() + observer.seconds(record) + _GRACE, cancelled)
            work = _work(observer, record, cancelled, answers.put)
            threading.Thread(target=work, name=f"read {record.address}", daemon=True).start()
        _collect(answers, running, found)
    return found


def _work(
    observer: Observer,
    record: ResourceRecord,
    cancelled: Cancellation,
    answer: Callable[[tuple[Address, Live]], None],
) -> Callable[[], None]:
    return lambda: answer((record.address, observer.look(record, cancelled)))


def _collect(
    answers: queue.Queue[tuple[Address, Live]],
    running: dict[Address, tuple[float, Cancellation]],
    found: dict[Address, Live],
) -> None:
    """Wait for the next answer, or for the first deadline; an answer that comes later is of no use any more."""
    first = min(deadline for deadline, _ in running.values())
    try:
        address, live = answers.get(timeout=max(0.0, first - time.monotonic()))
    except queue.Empty:
        now = time.monotonic()
        for late in [a for a, (deadline, _) in running.items() if deadline <= now]:
            running.pop(late)[1].set()
            found[late] = _unread("its driver did not answer in time")
        return
    if running.pop(address, None) is not None:
        found[address] = live


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
