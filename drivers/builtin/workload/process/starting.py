"""Brings the processes of a workload up, in order, and waits until they are ready."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from .....graph.values import Secret, leaves
from ....context import Context
from ....faults import Fault, PermanentFault
from ...local.ports import answers, is_free
from ...local.private import write_private
from ...local.program import Program
from ...local.supervisor import Supervisor
from ...local.waiting import Watch
from .changes import ends_before
from .containers import ContainerProcess
from .order import awaited
from .programs import probe_of

READY_SECONDS = 60.0
"""How long a process may take to be ready, and its ports to be listened at."""

JOB_SECONDS = 3600.0
COMPLETE = "complete"
"""The file in a job's folder that says that it was run to its end."""


class Port(Struct, frozen=True):
    """One service port that somebody must listen at: what it is called, its declared and its actual number."""

    name: str
    declared: int
    actual: int


class Starting(Struct, frozen=True):
    """One start of a workload: its processes in start order, with their programs by container."""

    context: Context
    workload: str
    order: tuple[ContainerProcess, ...]
    programs: Mapping[str, Program]
    ports: Mapping[str, int]
    listened: tuple[Port, ...]

    @property
    def supervisor(self) -> Supervisor:
        """The supervisor of the context's workspace."""
        return Supervisor(self.context.workspace)

    def due(self) -> set[str]:
        """The containers that do not run as they should: changed, ended, or jobs not run to their end."""
        return {process.name for process in self.order if not self._current(process)}

    def start(self, names: Iterable[str]) -> None:
        """Start these again, or for the first time, and the jobs that they wait for; wait until all are ready."""
        due = set(names)
        due |= {process.name for process in self.order if process.is_job and ends_before(process.before, due)}
        self.supervisor.ensure_running()  # ends what a killed one left behind, and frees its ports
        if len(due) == len(self.order):
            self._refuse_taken_ports()
        for process in self.order:
            if process.name in due:
                self._await_others(process.name)
                self._put(process)
        self._await_all()

    def complete_file(self, container: str) -> Path:
        """Where the end of a job is noted."""
        return self.supervisor.folder(self.programs[container].name) / COMPLETE

    def _current(self, process: ContainerProcess) -> bool:
        program = self.programs[process.name]
        if not self.supervisor.holds(program):
            return False
        if process.is_job:
            return self.complete_file(process.name).exists()
        return self.supervisor.process(program.name) is not None

    def _put(self, process: ContainerProcess) -> None:
        program = self.programs[process.name]
        self.context.progress(f"starting {process.name}")
        self.complete_file(process.name).unlink(missing_ok=True)
        if not self.supervisor.put(program):
            self.supervisor.restart(program.name)

    def _await_others(self, name: str) -> None:
        """Wait for the containers that must be in some state before ``name`` starts."""
        by_name = {process.name: process for process in self.order}
        for other, state in awaited(name, self.order).items():
            if state == "complete":
                self._await_end(by_name[other])
            elif state == "healthy":
                self._await_ready(by_name[other])
            else:
                self._watch(other).until_started(self.context, READY_SECONDS)

    def _await_all(self) -> None:
        for process in self.order:
            if process.is_job:
                self._await_end(process)
            else:
                self._await_ready(process)
        self._await_ports()

    def _await_end(self, process: ContainerProcess) -> None:
        marker = self.complete_file(process.name)
        if not marker.exists():
            self.context.progress(f"waiting until {process.name} is complete")
            self._watch(process.name).until_complete(self.context, JOB_SECONDS)
            write_private(marker, b"")

    def _await_ready(self, process: ContainerProcess) -> None:
        program, watch = self.programs[process.name], self._watch(process.name)
        root = self.supervisor.root(program.name)
        probe = probe_of(process, program, root, self.ports, self.context)
        if probe is None:
            watch.until_started(self.context, READY_SECONDS)
        else:
            self.context.progress(f"waiting until {process.name} is ready")
            watch.until(
                self.context,
                READY_SECONDS,
                probe,
                f"is not ready after {READY_SECONDS:.0f} s, says its readinessProbe",
            )

    def _await_ports(self) -> None:
        """Somebody among the processes must listen at each port in time."""
        watches = [self._watch(process.name) for process in self.order if not process.is_job]
        limit = time.monotonic() + min(READY_SECONDS, max(1.0, self.context.seconds_left - 5.0))
        for port in self.listened:
            while not answers(port.actual):
                for watch in watches:
                    watch.runs()
                self.context.cancelled.check()
                if time.monotonic() > limit:
                    raise self._unused(port, watches)
                self.context.cancelled.wait(0.05)

    def _unused(self, port: Port, watches: list[Watch]) -> Fault:
        where = f"port {port.actual}, which is declared as {port.name} ({port.declared})"
        message = f"port-not-used: nobody listens at {where}"
        told = [watch.ended("was stopped") for watch in watches]
        return PermanentFault(
            "\n".join([message, *told]),
            hint=f"the program must listen at the port in the variable PORT (now {port.actual})",
        )

    def _refuse_taken_ports(self) -> None:
        names = [program.name for program in self.programs.values()]
        if any(self.supervisor.process(name) for name in names):
            return
        for port in self.listened:
            if not is_free(port.actual):
                raise PermanentFault(
                    f"port-taken: port {port.actual}, reserved for {port.name} of {self.workload}, "
                    "is used by another program",
                    hint=f"end that program, or apply with --replace endpoint#{self.workload}",
                )

    def _watch(self, container: str) -> Watch:
        program = self.programs[container]
        what = f"container {container} of workload {self.workload}"
        return Watch(self.supervisor, program.name, what, lambda: self._secrets(program))

    def _secrets(self, program: Program) -> list[str]:
        held = [program.run.environment, [file.content for file in program.run.files]]
        return [self.context.reveal(leaf) for leaf in leaves(held) if isinstance(leaf, Secret)]
