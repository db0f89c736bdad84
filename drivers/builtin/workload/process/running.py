"""A workload as it runs on this machine: made, seen, stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import asdict

from .....graph.narrow import is_map
from ....context import Context, Status
from ....result import Result
from ...local.program import token_prefix
from ...local.reading import read_logs
from ...local.resuming import start_again
from ...local.supervisor import Supervisor
from ..models import WorkloadInputs
from .containers import render
from .order import start_order
from .programs import program_of
from .starting import COMPLETE, Port, Starting


class ProcessWorkload:
    """The processes of one call's inputs; what needs the record only is a static method."""

    def __init__(self, context: Context, inputs: WorkloadInputs) -> None:
        self._context = context
        workload = inputs.workload
        ports = inputs.endpoint.ports if inputs.endpoint else {}
        order = start_order(render(workload, ports, inputs.profiles))
        self._starting = Starting(
            context=context,
            workload=str(workload.get("name")),
            order=order,
            programs={process.name: program_of(process, workload, context) for process in order},
            ports=ports,
            listened=_listened(workload, ports),
        )

    @property
    def just_made(self) -> bool:
        """Whether the recorded object was made in this very call, which then completes an unfinished create."""
        prior = self._context.prior
        return prior is not None and prior.private.get("call") == self._context.run_dir.name

    def bring_up(self, *, restart: bool) -> None:
        """Start what is due, or everything where nothing is and ``restart`` is wanted; drop containers that are no more."""
        supervisor = Supervisor(self._context.workspace)
        wanted = {program.name for program in self._starting.programs.values()}
        dropped = [n for n in supervisor.names(token_prefix(self._context.token)) if n not in wanted]
        for name in dropped:
            supervisor.remove(name)
        due = self._starting.due()
        if not due and not dropped and restart:
            due = {process.name for process in self._starting.order}
        self._starting.start(due)

    def result(self) -> Result:
        """No outputs; private: the programs by container in start order, the jobs among them, the processes."""
        programs = {p.name: self._starting.programs[p.name].name for p in self._starting.order}
        jobs = [p.name for p in self._starting.order if p.is_job]
        private: dict[str, Any] = {"programs": programs, "order": [*programs], "jobs": jobs}
        private["call"] = self._context.run_dir.name
        private["processes"] = _processes(self._context, programs)
        return Result({}, private)

    @staticmethod
    def seen(context: Context) -> dict[str, Any]:
        """The living processes by container; empty when there is not even a folder of them."""
        programs = _programs(context)
        known = set(Supervisor(context.workspace).names(token_prefix(context.token)))
        if not known & set(programs.values()):
            return {}
        return _processes(context, programs) or {"none": None}

    @staticmethod
    def remove(context: Context) -> None:
        """Remove every program of the token, the last started first."""
        supervisor = Supervisor(context.workspace)
        recorded = [*_programs(context).values()]
        names = supervisor.names(token_prefix(context.token))
        for name in sorted(names, key=lambda n: recorded.index(n) if n in recorded else -1, reverse=True):
            supervisor.remove(name)
        supervisor.end_if_idle()

    @staticmethod
    def status(context: Context) -> Status:
        """Whether every process lives and every job is complete."""
        supervisor, jobs = Supervisor(context.workspace), _jobs(context)
        programs = _programs(context)
        for container, name in programs.items():
            if container in jobs:
                if not (supervisor.folder(name) / COMPLETE).exists():
                    return Status(False, f"{container} was not run to its end")
            elif supervisor.process(name) is None:
                return Status(False, f"{container} is not running" if len(programs) > 1 else "not running")
        return Status(bool(programs))

    @staticmethod
    def logs(context: Context, *, follow: bool, lines: int) -> Iterator[tuple[str, str]]:
        """What the containers printed."""
        return read_logs(context, _programs(context), follow=follow, lines=lines)

    @staticmethod
    def pause(context: Context) -> None:
        """Stop the processes, the last started first."""
        for name in reversed([*_programs(context).values()]):
            Supervisor(context.workspace).stop(name)

    @staticmethod
    def resume(context: Context) -> None:
        """Start the processes in their order, each once the one before runs."""
        jobs = _jobs(context)
        for container, name in _programs(context).items():
            if container not in jobs:
                start_again(context, name, f"container {container} of {context.address}")


def _programs(context: Context) -> dict[str, str]:
    """The recorded programs by container, in start order."""
    private: Mapping[str, Any] = context.prior.private if context.prior else {}
    programs: Any = private.get("programs")
    if not is_map(programs):
        return {}
    order: list[str] = list(private.get("order", programs))
    return {container: str(programs[container]) for container in order}


def _jobs(context: Context) -> set[str]:
    return set(context.prior.private.get("jobs", ())) if context.prior else set()


def _processes(context: Context, programs: Mapping[str, str]) -> dict[str, Any]:
    supervisor = Supervisor(context.workspace)
    living = {container: supervisor.process(name) for container, name in programs.items()}
    return {container: asdict(found) for container, found in living.items() if found}


def _listened(workload: Mapping[str, Any], ports: Mapping[str, int]) -> tuple[Port, ...]:
    """The TCP ports that the workload declares and that are reserved for it."""
    service: Any = workload.get("service")
    declared: Any = service.get("ports") if is_map(service) else None
    if not is_map(declared):
        return ()
    return tuple(
        Port(name, int(body["port"]), ports[name])
        for name, body in sorted(declared.items())
        if name in ports and body.get("protocol", "TCP") == "TCP"
    )
