"""The verbs *status* and *logs*: what runs now, and what it prints. Reads only."""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ...drivers.context import Cancellation, Context
from ...drivers.faults import Cancelled, Fault
from ...drivers.registry import AnyDriver
from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import BakehouseError, InvalidInput
from ..access import SecretAccess
from ..apply.operate import opened_connection
from ..apply.sealing import Opened
from ..probe import DriverMissing, Probe
from ..rolling import PAUSE
from ..state.records import EnvironmentRecord, ResourceRecord, ResourceStatus
from ..state.store import Snapshot
from .workbench import Workbench

Lines = Iterator[tuple[str, str]]

_CLOSING = 5.0
"""Seconds that what is followed has to close its connection and to remove what it wrote for it."""


class LogsUnavailable(BakehouseError):
    """A driver cannot say what its object printed."""


class Watch(Struct, frozen=True):
    """What is to be seen: one workload or all, so many last lines, and whether what comes is shown too."""

    workload: str | None = None
    follow: bool = False
    lines: int = 100


def running(
    bench: Workbench, environment: EnvironmentRecord, snapshot: Snapshot
) -> Mapping[Address, tuple[bool, str]]:
    """Whether each resource that dies with the machine runs, and what its driver says about it.

    In a paused environment nothing does that cannot be paused itself, such as a route: what it leads to is stopped.
    """
    probe = Probe(bench.drivers, bench.workspace(environment))
    found: dict[Address, tuple[bool, str]] = {}
    for address, record in snapshot.resources.items():
        if record.runtime and record.status is ResourceStatus.READY:
            try:
                driver = probe.driver(record.driver, str(address))
                idle = environment.paused and not driver.offers(PAUSE)
                why = "what it leads to is paused" if idle else probe.not_running(record)
            except DriverMissing as missing:
                why = missing.diagnostics[0].message
            found[address] = (why is None, why or "")
    return found


def lines_of(bench: Workbench, environment: EnvironmentRecord, snapshot: Snapshot, watch: Watch) -> Lines:
    """Pairs of source and line. Raises InvalidInput for an unknown workload, LogsUnavailable."""
    records = _chosen(snapshot, watch.workload)
    told = _Teller(
        Probe(bench.drivers, bench.workspace(environment)), lambda: bench.secrets(environment, False), watch
    )
    if not watch.follow:
        for record in records:
            yield from told.lines(record)
        return
    yield from _merged(told, records)


def _chosen(snapshot: Snapshot, workload: str | None) -> list[ResourceRecord]:
    found = [r for _, r in sorted(snapshot.resources.items()) if r.address.type == "workload"]
    if workload is None:
        return found
    chosen = [r for r in found if workload in (r.address.id, str(r.address))]
    if not chosen:
        names = [r.address.id for r in found]
        hint = did_you_mean(workload, names, noun="recorded") if names else "nothing was applied yet"
        message = f"no workload '{workload[:100]}' is recorded in {snapshot.environment.name}"
        raise InvalidInput(Diagnostic("unknown-workload", message, hint=hint))
    return chosen


class _Teller:
    """Asks the drivers. ``cancelled`` ends what follows."""

    def __init__(self, probe: Probe, secrets: Callable[[], SecretAccess], watch: Watch) -> None:
        self._probe = probe
        self._secrets = secrets
        self._watch = watch
        self.cancelled = Cancellation()

    def lines(self, record: ResourceRecord) -> Lines:
        """What a workload prints; a connection is opened for as long as that is read."""
        driver = self._probe.driver(record.driver, str(record.address))
        if not driver.offers("logs"):
            message = f"driver {record.driver} cannot show what {record.address} prints"
            raise LogsUnavailable(Diagnostic("no-logs", message, address=str(record.address)))
        context = replace(self._probe.context(record), cancelled=self.cancelled)
        if record.connection is None:
            yield from self._read(driver, record, context)
            return
        opened = Opened(self._secrets())
        with tempfile.TemporaryDirectory(prefix="bakehouse-") as folder:
            connection = opened_connection(driver, record.connection, opened)
            there = replace(context, run_dir=Path(folder), reveal=opened.reveal, connection=connection)
            yield from self._read(driver, record, there, opened)

    def _read(
        self, driver: AnyDriver, record: ResourceRecord, context: Context, opened: Opened | None = None
    ) -> Lines:
        try:
            for source, line in driver.logs(context, follow=self._watch.follow, lines=self._watch.lines):
                yield f"{record.address.id}/{source}" if source != record.address.id else source, line
        except Cancelled:
            return
        except Fault as fault:
            said = fault.message if opened is None else opened.scrub(fault.message)
            raise LogsUnavailable(
                Diagnostic("no-logs", said, address=str(record.address), hint=fault.hint)
            ) from fault


def _merged(told: _Teller, records: list[ResourceRecord]) -> Lines:
    """The lines of all workloads as they come, until every one of them ends.

    Whoever stops earlier waits until what was opened is closed again.
    """
    inbox: queue.SimpleQueue[tuple[str, str] | BaseException | None] = queue.SimpleQueue()

    def follow(record: ResourceRecord) -> None:
        try:
            for line in told.lines(record):
                inbox.put(line)
            inbox.put(None)
        except BaseException as error:
            inbox.put(error)

    threads = [threading.Thread(target=follow, args=(record,), daemon=True) for record in records]
    for thread in threads:
        thread.start()
    left = len(records)
    try:
        while left:
            message = inbox.get()
            if isinstance(message, BaseException):
                raise message
            if message is None:
                left -= 1
            else:
                yield message
    finally:
        told.cancelled.set()
        for thread in threads:
            thread.join(_CLOSING)
