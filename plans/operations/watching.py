"""The verbs *status* and *logs*: what runs now, and what it prints. Reads only."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...drivers.faults import Fault
from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import BakehouseError, InvalidInput
from ..probe import DriverMissing, Probe
from ..rolling import PAUSE
from ..state.records import EnvironmentRecord, ResourceRecord, ResourceStatus
from ..state.store import Snapshot
from .workbench import Workbench

Lines = Iterator[tuple[str, str]]


class LogsUnavailable(BakehouseError):
    """A driver cannot say what its object printed."""


@dataclass(frozen=True, slots=True)
class Watch:
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
    probe = Probe(bench.drivers, bench.workspace(environment))
    if not watch.follow:
        for record in records:
            yield from _told(probe, record, watch)
        return
    yield from _merged(probe, records, watch)


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


def _told(probe: Probe, record: ResourceRecord, watch: Watch) -> Lines:
    driver = probe.driver(record.driver, str(record.address))
    if not driver.offers("logs"):
        message = f"driver {record.driver} cannot show what {record.address} prints"
        raise LogsUnavailable(Diagnostic("no-logs", message, address=str(record.address)))
    try:
        for source, line in driver.logs(probe.context(record), follow=watch.follow, lines=watch.lines):
            yield f"{record.address.id}/{source}" if source != record.address.id else source, line
    except Fault as fault:
        raise LogsUnavailable(
            Diagnostic("no-logs", fault.message, address=str(record.address), hint=fault.hint)
        ) from fault


def _merged(probe: Probe, records: list[ResourceRecord], watch: Watch) -> Lines:
    """The lines of all workloads as they come, until every one of them ends."""
    inbox: queue.SimpleQueue[tuple[str, str] | BaseException | None] = queue.SimpleQueue()

    def follow(record: ResourceRecord) -> None:
        try:
            for line in _told(probe, record, watch):
                inbox.put(line)
            inbox.put(None)
        except BaseException as error:
            inbox.put(error)

    for record in records:
        threading.Thread(target=follow, args=(record,), daemon=True).start()
    left = len(records)
    while left:
        message = inbox.get()
        if isinstance(message, BaseException):
            raise message
        if message is None:
            left -= 1
        else:
            yield message
