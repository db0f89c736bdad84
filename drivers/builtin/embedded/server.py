"""What all embedded servers have in common."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import BaseModel, SecretStr

from ....graph.values import Secret, Value
from ...sdk import Context, CreateMode, Document, Driver, I, NotFound, O, PermanentFault, Result, Status
from ..local.account import Account
from ..local.documents import port_to_have, program_document
from ..local.listeners import ListeningProbe
from ..local.ports import PortReservations, is_free
from ..local.private import locked, system_faults
from ..local.program import Program, program_name
from ..local.reading import read_logs, running
from ..local.resuming import start_again
from ..local.runfile import FileToWrite, RunFile
from ..local.supervisor import Supervisor
from ..local.waiting import Watch
from ..served import clear, new_password
from .place import Place

_STOP_SECONDS = 20
_PORTS_TRIED = 3


class Start(Struct, frozen=True):
    """How a server is started: arguments without secrets, variables, and files below its root, which others cannot read.

    ``settings`` are files beside its data folder, by name: for a server that may run as another user, to whom its root
    is closed. Where they change, it is started again.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, Value] = field(default_factory=dict[str, Value])
    files: tuple[FileToWrite, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict[str, str])


class EmbeddedServer(Driver[I, O]):
    """Runs ``program``, which is looked for on the PATH; ``install`` says how it is had, ``what`` names it to people.

    ``secret_outputs`` all hold the one secret that lets a client in. Where ``account`` is the name of a user, a server
    that root starts runs as the user behind ``sudo``, else as that one, else as ``nobody``. ``more_ports`` are the names of
    ports that it needs besides its first, which has the name of the program.
    """

    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 120.0
    ready_seconds: ClassVar[float] = 60.0
    program: ClassVar[str]
    install: ClassVar[str]
    what: ClassVar[str]
    secret_outputs: ClassVar[tuple[str, ...]] = ("password",)
    account: ClassVar[str | None] = None
    more_ports: ClassVar[tuple[str, ...]] = ()
    folders: ClassVar[tuple[str, ...]] = ()
    """Where the program may be besides on the PATH."""

    def start(self, inputs: I, root: Path, data: Path, ports: Mapping[str, int], secret: str) -> Start:
        """How it is started on its folder ``data`` and its ``ports``, for this secret; its files lie below ``root``."""
        raise NotImplementedError

    def shown(self, planned: Mapping[str, Any], port: Value) -> list[Value]:
        """The arguments as far as they are known before it exists."""
        raise NotImplementedError

    def made(self, inputs: I, ports: Mapping[str, int]) -> Mapping[str, Any]:
        """The outputs without the secret ones."""
        raise NotImplementedError

    def fill(self, context: Context, account: Account | None, data: Path) -> None:
        """Put into the new folder ``data`` what the server wants to find there, as this account. Nothing, as a rule."""

    def located(self) -> str | None:
        """The program's file; None where it is not there."""
        return shutil.which(self.program, path=self.path())

    def path(self) -> str:
        """Where programs are looked for."""
        return os.pathsep.join([os.environ.get("PATH", os.defpath), *self.folders])

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """A server ends with the machine; its data do not."""
        return True

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """Its run file, in its data folder, and its supervisor's settings."""
        program = self._program(context, RunFile((), ".", "", ""))
        argv = [self.program, *self.shown(planned, port_to_have(context))]
        return (Document(f"{self.program}.yaml", program_document(program, argv)),)

    @system_faults()
    def create(self, context: Context, inputs: I) -> Result:
        """Make the data folder and start the server with a new secret; data of an earlier call of this token are kept."""
        with locked(self._place(context).near):
            return self._run(context, inputs, SecretStr(new_password()))

    @system_faults()
    def update(self, context: Context, inputs: I) -> Result:
        """Have the server running; its secret stays."""
        secret = context.prior.outputs.get(self.secret_outputs[0]) if context.prior else None
        if not isinstance(secret, Secret | SecretStr):
            raise PermanentFault(f"the secret of {self.what} is not recorded", hint="replace the resource")
        place = self._place(context)
        with locked(place.near):
            if place.data() is None:
                place.remove()
                raise NotFound(f"the data of {self.what} are gone")
            return self._run(context, inputs, secret)

    @system_faults()
    def rotate(self, context: Context, inputs: I, field: str | None) -> Result:
        """A new secret; the server is started again, so the old one stops working and connections end."""
        if field not in (None, *self.secret_outputs):
            raise PermanentFault(f"only {' and '.join(self.secret_outputs)} can be rotated, not {field}")
        return self.create(context, inputs)

    def read(self, context: Context, inputs: I | None) -> Result:
        """What was recorded, as long as the data are there."""
        if context.prior is None or self._place(context).data() is None:
            raise NotFound(f"the data of {self.what} are gone")
        return Result(context.prior.outputs, context.prior.private)

    @system_faults()
    def delete(self, context: Context) -> None:
        """Stop the server and remove its data and its port's reservation."""
        place = self._place(context)
        with locked(place.near):
            Supervisor(context.workspace).remove(program_name(context.token))
            place.remove()
        PortReservations(context.workspace, context.token).release()

    def status(self, context: Context) -> Status:
        """Whether its process lives."""
        return running(context, {self.program: program_name(context.token)})

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """What it printed."""
        return read_logs(context, {self.program: program_name(context.token)}, follow=follow, lines=lines)

    def pause(self, context: Context) -> None:
        """Stop it; port and data stay."""
        Supervisor(context.workspace).stop(program_name(context.token))

    def resume(self, context: Context) -> None:
        """Start it again, and wait until it runs."""
        start_again(context, program_name(context.token), self.what)

    def _run(self, context: Context, inputs: I, secret: Secret | SecretStr) -> Result:
        """Only ports that nobody was told of yet may be given up for others."""
        found = self.located()
        if found is None:
            raise PermanentFault(f"{self.program} is not on the PATH of this machine", hint=self.install)
        recorded: Mapping[str, Any] = context.prior.private if context.prior else {}
        names = {self.program: "port", **{name: name for name in self.more_ports}}
        reservations = PortReservations(context.workspace, context.token)
        for attempt in range(1, _PORTS_TRIED + 1):
            ports = {
                name: reservations.reserve(name, None, prior=recorded.get(kept))
                for name, kept in names.items()
            }
            try:
                self._started(context, inputs, found, ports, secret)
            except PermanentFault:
                if not recorded:
                    reservations.release()
                if recorded or all(map(is_free, ports.values())) or attempt == _PORTS_TRIED:
                    raise
            else:
                hidden = dict.fromkeys(self.secret_outputs, secret)
                shown = {**self.made(inputs, ports), **self._kept(context, hidden)}
                return Result(shown, {kept: ports[name] for name, kept in names.items()})
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _kept(self, context: Context, hidden: Mapping[str, Any]) -> Mapping[str, Any]:
        """Each secret output by its own reference, where the secret is the recorded one."""
        recorded: Mapping[str, Any] = context.prior.outputs if context.prior else {}
        same = hidden.get(self.secret_outputs[0]) == recorded.get(self.secret_outputs[0])
        return {name: recorded.get(name, value) if same else value for name, value in hidden.items()}

    def _started(
        self,
        context: Context,
        inputs: I,
        program: str,
        ports: Mapping[str, int],
        secret: Secret | SecretStr,
    ) -> None:
        supervisor, name = Supervisor(context.workspace), program_name(context.token)
        supervisor.ensure_running()  # ends what a killed one left behind, and frees its port
        place = self._place(context)
        data = place.data() or place.new_data(lambda account, new: self.fill(context, account, new))
        how = self.start(inputs, supervisor.root(name), data, ports, clear(context, secret))
        if not place.holds(how.settings):
            supervisor.stop(name)
            place.write(how.settings)
        run = RunFile.of(context.workspace, (program, *how.arguments), data)
        run = replace(run, environment=dict(how.environment), files=how.files, user=place.run_user())
        supervisor.put(self._program(context, run))
        watch = Watch(supervisor, name, self.what, lambda: [clear(context, secret)])
        port = ports[self.program]
        ready = ListeningProbe(supervisor, name, port)
        watch.until(context, self.ready_seconds, ready, f"does not listen on port {port}")

    def _place(self, context: Context) -> Place:
        return Place(context.workspace.home / self.name, context.token, self.what, self.account)

    def _program(self, context: Context, run: RunFile) -> Program:
        return Program(program_name(context.token), replace(run, umask=0o077), stop_seconds=_STOP_SECONDS)


class NoInputs(BaseModel):
    """Nothing can be set: one server is like the other."""

    model_config = {"extra": "forbid"}
