"""Driver ``process``: any program as a supervised process of the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...graph.narrow import is_map
from ...graph.values import Secret, has_unknown, leaves
from ..sdk import Context, CreateMode, Document, Driver, NotFound, PermanentFault, Result, Status, sealed
from .local.documents import program_document
from .local.launch import environment_of
from .local.private import system_faults
from .local.probes import ExecProbe, HttpProbe, PortProbe, Probe
from .local.program import Program, program_name
from .local.reading import read_logs, running
from .local.resuming import start_again
from .local.runfile import RunFile
from .local.supervisor import Supervisor
from .local.waiting import Watch


class HttpReady(BaseModel):
    """A GET on 127.0.0.1 that must be answered with a status from 200 to 399."""

    model_config = ConfigDict(extra="forbid")

    port: int = Field(ge=1, le=65535)
    path: str = Field(default="/", pattern=r"^/")


class Ready(BaseModel):
    """When it counts as ready: a port that answers, a request, or a command; with none of them, when it runs."""

    model_config = ConfigDict(extra="forbid")

    port: int | None = Field(default=None, ge=1, le=65535)
    http: HttpReady | None = None
    exec: list[str] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _at_most_one(self) -> Ready:
        if sum(way is not None for way in (self.port, self.http, self.exec)) > 1:
            raise ValueError("give at most one of port, http and exec")
        return self


class ProcessInputs(BaseModel):
    """``command`` is the program and its arguments, which everybody on the machine can read; secrets belong into
    ``environment``. ``cwd`` is relative to the application's folder. ``timeout`` is in seconds.
    """

    model_config = ConfigDict(extra="forbid")

    command: list[str] = sealed(min_length=1)
    cwd: str = "."
    environment: dict[str, Any] = sealed(default_factory=dict)
    restart: bool = True
    ready: Ready = Field(default_factory=Ready)
    timeout: float = Field(60.0, gt=0, le=3600)


class ProcessOutputs(BaseModel):
    """None: a process is known by what it does."""


class Process(Driver[ProcessInputs, ProcessOutputs]):
    """One supervised process. An update that changes nothing of a running one was asked for as a restart."""

    name: ClassVar[str] = "process"
    summary: ClassVar[str] = "any program as a supervised process"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    Inputs = ProcessInputs
    Outputs = ProcessOutputs

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """It is a process."""
        return True

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """Its run file and its supervisor's settings; the inputs where these depend on what is not known yet."""
        if has_unknown({**planned, "environment": {}}) or not is_map(planned.get("environment", {})):
            return super().render(context, planned, connection)
        inputs = ProcessInputs.model_validate(planned)
        run = RunFile(tuple(inputs.command), inputs.cwd, "", "")
        waits = {"ready": inputs.ready.model_dump(exclude_none=True), "timeout": inputs.timeout}
        return (Document("process.yaml", {**program_document(_program(context, inputs, run)), **waits}),)

    @system_faults()
    def create(self, context: Context, inputs: ProcessInputs) -> Result:
        """Have it running, and wait until it is ready."""
        program = _checked(context, inputs)
        Supervisor(context.workspace).put(program)
        return self._ready(context, inputs, program)

    @system_faults()
    def update(self, context: Context, inputs: ProcessInputs) -> Result:
        """Start it again with these inputs, and wait until it is ready."""
        program, supervisor = _checked(context, inputs), Supervisor(context.workspace)
        just_made = context.prior is not None and context.prior.private.get("call") == context.run_dir.name
        if not supervisor.put(program) and not just_made:
            supervisor.restart(program.name)
        return self._ready(context, inputs, program)

    def read(self, context: Context, inputs: ProcessInputs | None) -> Result:
        """Nothing but whether it runs."""
        if not self.status(context).running:
            raise NotFound("the process does not run")
        return Result({}, context.prior.private if context.prior else {})

    def delete(self, context: Context) -> None:
        """Stop it and all that it started."""
        Supervisor(context.workspace).remove(program_name(context.token))

    def status(self, context: Context) -> Status:
        """Whether its process lives."""
        return running(context, {"process": program_name(context.token)})

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """What it printed."""
        return read_logs(context, {"process": program_name(context.token)}, follow=follow, lines=lines)

    def pause(self, context: Context) -> None:
        """Stop it."""
        Supervisor(context.workspace).stop(program_name(context.token))

    def resume(self, context: Context) -> None:
        """Start it again, and wait until it runs."""
        start_again(context, program_name(context.token), f"the process of {context.address}")

    def _ready(self, context: Context, inputs: ProcessInputs, program: Program) -> Result:
        supervisor = Supervisor(context.workspace)
        watch = Watch(
            supervisor, program.name, f"the process of {context.address}", lambda: _secrets(context, inputs)
        )
        probe = _probe(context, inputs, program)
        if probe is None:
            watch.until_started(context, inputs.timeout)
        else:
            watch.until(context, inputs.timeout, probe, f"is not ready after {inputs.timeout:g} s")
        return Result({}, {"programs": {"process": program.name}, "call": context.run_dir.name})


def _checked(context: Context, inputs: ProcessInputs) -> Program:
    """The program with its folder on this machine, which has to be there."""
    folder = Path(context.workspace.root, inputs.cwd)
    if not folder.is_dir():
        raise PermanentFault(f"workdir-missing: {context.address} runs in {folder}, which is no folder")
    return _program(context, inputs, RunFile.of(context.workspace, tuple(inputs.command), folder))


def _program(context: Context, inputs: ProcessInputs, run: RunFile) -> Program:
    return Program(program_name(context.token), replace(run, environment=inputs.environment), inputs.restart)


def _probe(context: Context, inputs: ProcessInputs, program: Program) -> Probe | None:
    ready = inputs.ready
    if ready.port is not None:
        return PortProbe(ready.port)
    if ready.http is not None:
        return HttpProbe(ready.http.port, ready.http.path)
    if ready.exec is not None:
        root = Supervisor(context.workspace).root(program.name)
        return ExecProbe(ready.exec, program.run.cwd, environment_of(program.run, root, context.reveal))
    return None


def _secrets(context: Context, inputs: ProcessInputs) -> list[str]:
    return [context.reveal(leaf) for leaf in leaves(inputs.environment) if isinstance(leaf, Secret)]
