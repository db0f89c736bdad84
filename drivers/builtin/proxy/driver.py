"""Driver ``proxy``: the reverse proxy of an environment, a supervised process on a port of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ....graph.values import Value
from ...sdk import Context, CreateMode, Document, Driver, NotFound, PermanentFault, Result, Status, stable
from ..local.documents import port_to_have, program_document
from ..local.listeners import ListeningProbe
from ..local.ports import HOST, PortReservations, is_free
from ..local.private import private_folder, system_faults
from ..local.program import Program, program_name
from ..local.reading import read_logs, running
from ..local.resuming import start_again
from ..local.runfile import RunFile
from ..local.supervisor import Supervisor
from ..local.waiting import Watch

_SERVER = f"{__package__}.server"
_SECONDS = 20.0
_STOP_SECONDS = 5
_PORT = "proxy"
_ROUTES = "routes"
_PORTS_TRIED = 3


class ProxyInputs(BaseModel):
    """``preferred_port`` is taken if it is free, else the next free one above it."""

    model_config = ConfigDict(extra="forbid")

    preferred_port: int = Field(8080, ge=1, le=65535)


class ProxyOutputs(BaseModel):
    """Where it listens, and the folder that its route files are put in, which moves with the project."""

    host: str = stable()
    port: int = stable()
    directory: str


class Proxy(Driver[ProxyInputs, ProxyOutputs]):
    """Keeps its port for life: another preference is for the next one that is made."""

    name: ClassVar[str] = "proxy"
    summary: ClassVar[str] = "the reverse proxy of an environment on this machine"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 60.0
    Inputs = ProxyInputs
    Outputs = ProxyOutputs

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """It is a process."""
        return True

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """Its run file, in the program's own folder, and its supervisor's settings."""
        program = _program(context, RunFile((), ".", "", ""))
        argv = ["python", *_arguments(port_to_have(context), _ROUTES)]
        return (Document("proxy.yaml", {**program_document(program, argv), **planned}),)

    @system_faults()
    def create(self, context: Context, inputs: ProxyInputs) -> Result:
        """Reserve a port and start the proxy there. Only a port that nobody was told of may be given up for another."""
        prior: int | None = context.prior.outputs.get("port") if context.prior else None
        reservations = PortReservations(context.workspace, context.token)
        for attempt in range(1, _PORTS_TRIED + 1):
            held = reservations.held().get(_PORT)
            wanted = held.wanted if held else inputs.preferred_port
            port = reservations.reserve(_PORT, wanted, prior=prior, above=True)
            try:
                return self._started(context, port, kept=prior is not None)
            except PermanentFault:
                if prior is None:
                    reservations.release()
                if prior is not None or is_free(port) or attempt == _PORTS_TRIED:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _started(self, context: Context, port: int, *, kept: bool) -> Result:
        supervisor, name = Supervisor(context.workspace), program_name(context.token)
        supervisor.ensure_running()  # ends what a killed one left behind, and frees its port
        if kept and supervisor.process(name) is None and not is_free(port):
            raise PermanentFault(
                f"port-taken: port {port}, which this proxy has kept, is used by another program",
                hint=f"end that program, or apply with --replace {context.address}",
            )
        directory = private_folder(supervisor.folder(name) / _ROUTES)
        argv = (sys.executable, *map(str, _arguments(port, directory)))
        supervisor.put(_program(context, RunFile.of(context.workspace, argv, supervisor.folder(name))))
        watch = Watch(supervisor, name, f"the proxy on port {port}")
        ready = ListeningProbe(supervisor, name, port)
        watch.until(context, _SECONDS, ready, f"does not listen on port {port}")
        return Result(
            ProxyOutputs(host=HOST, port=port, directory=str(directory)), {"programs": {"proxy": name}}
        )

    def update(self, context: Context, inputs: ProxyInputs) -> Result:
        """Have it running on the port that it was given."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: ProxyInputs | None) -> Result:
        """Its recorded outputs, if it runs."""
        if context.prior is None or not self.status(context).running:
            raise NotFound("the proxy does not run")
        return Result(context.prior.outputs, context.prior.private)

    def delete(self, context: Context) -> None:
        """Stop it and give the port back; its route files go with it."""
        Supervisor(context.workspace).remove(program_name(context.token))
        PortReservations(context.workspace, context.token).release()

    def status(self, context: Context) -> Status:
        """Whether its process lives."""
        return running(context, {"proxy": program_name(context.token)})

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """What it printed: a line for each request."""
        return read_logs(context, {"proxy": program_name(context.token)}, follow=follow, lines=lines)

    def pause(self, context: Context) -> None:
        """Stop it; port and routes stay."""
        Supervisor(context.workspace).stop(program_name(context.token))

    def resume(self, context: Context) -> None:
        """Start it again, and wait until it runs."""
        start_again(context, program_name(context.token), "the proxy")


def _arguments(port: Value, routes: Value) -> list[Value]:
    return ["-m", _SERVER, "--port", port, "--routes", routes]


def _program(context: Context, run: RunFile) -> Program:
    return Program(program_name(context.token), run, stop_seconds=_STOP_SECONDS)
