"""What all embedded servers have in common."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret, Value
from ...sdk import Context, CreateMode, Document, Driver, I, NotFound, O, PermanentFault, Result, Status
from ..local.documents import port_to_have, program_document
from ..local.listeners import ListeningProbe
from ..local.ports import PortReservations, is_free
from ..local.private import locked, private_folder, prune, system_faults
from ..local.program import Program, program_name
from ..local.reading import read_logs, running
from ..local.resuming import start_again
from ..local.runfile import FileToWrite, RunFile
from ..local.supervisor import Supervisor
from ..local.waiting import Watch
from ..served import clear

_SECRET_BYTES = 24
_READY_SECONDS = 60.0
_STOP_SECONDS = 20
_PORTS_TRIED = 3
_DATA = "data"


@dataclass(frozen=True)
class Start:
    """How a server is started: arguments without secrets, variables, and files below its root, which others cannot read."""

    arguments: tuple[str, ...]
    environment: Mapping[str, Value] = field(default_factory=dict[str, Value])
    files: tuple[FileToWrite, ...] = ()


class EmbeddedServer(Driver[I, O]):
    """Runs ``program``, which is looked for on the PATH; ``install`` says how it is had, ``what`` names it to people.

    ``secret_outputs`` all hold the one secret that lets a client in.
    """

    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 120.0
    program: ClassVar[str]
    install: ClassVar[str]
    what: ClassVar[str]
    secret_outputs: ClassVar[tuple[str, ...]] = ("password",)

    def start(self, inputs: I, root: Path, data: Path, port: int, secret: str) -> Start:
        """How it is started on its folder ``data``, for this secret; ``root`` is what its files lie below."""
        raise NotImplementedError

    def shown(self, planned: Mapping[str, Any], port: Value) -> list[Value]:
        """The arguments as far as they are known before it exists."""
        raise NotImplementedError

    def made(self, inputs: I, port: int) -> Mapping[str, Any]:
        """The outputs without the secret ones."""
        raise NotImplementedError

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
        with locked(_folder(context, self.name)):
            return self._run(context, inputs, SecretStr(secrets.token_urlsafe(_SECRET_BYTES)))

    @system_faults()
    def update(self, context: Context, inputs: I) -> Result:
        """Have the server running; its secret stays."""
        secret = context.prior.outputs.get(self.secret_outputs[0]) if context.prior else None
        if not isinstance(secret, Secret | SecretStr):
            raise PermanentFault(f"the secret of {self.what} is not recorded", hint="replace the resource")
        with locked(_folder(context, self.name)) as folder:
            if not (folder / _DATA).is_dir():
                prune(folder, levels=2)
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
        if context.prior is None or not (_folder(context, self.name) / _DATA).is_dir():
            raise NotFound(f"the data of {self.what} are gone")
        return Result(context.prior.outputs, context.prior.private)

    @system_faults()
    def delete(self, context: Context) -> None:
        """Stop the server and remove its data and its port's reservation."""
        folder = _folder(context, self.name)
        with locked(folder):
            Supervisor(context.workspace).remove(program_name(context.token))
            shutil.rmtree(folder)
            prune(folder.parent, levels=2)
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
        """Only a port that nobody was told of yet may be given up for another."""
        found = shutil.which(self.program)
        if found is None:
            raise PermanentFault(f"{self.program} is not on the PATH of this machine", hint=self.install)
        prior: int | None = context.prior.private.get("port") if context.prior else None
        ports = PortReservations(context.workspace, context.token)
        for attempt in range(1, _PORTS_TRIED + 1):
            port = ports.reserve(self.program, None, prior=prior)
            try:
                self._started(context, inputs, found, port, secret)
            except PermanentFault:
                if prior is None:
                    ports.release()
                if prior is not None or is_free(port) or attempt == _PORTS_TRIED:
                    raise
            else:
                hidden = dict.fromkeys(self.secret_outputs, secret)
                return Result({**self.made(inputs, port), **self._kept(context, hidden)}, {"port": port})
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _kept(self, context: Context, hidden: Mapping[str, Any]) -> Mapping[str, Any]:
        """Each secret output by its own reference, where the secret is the recorded one."""
        recorded: Mapping[str, Any] = context.prior.outputs if context.prior else {}
        same = hidden.get(self.secret_outputs[0]) == recorded.get(self.secret_outputs[0])
        return {name: recorded.get(name, value) if same else value for name, value in hidden.items()}

    def _started(
        self, context: Context, inputs: I, program: str, port: int, secret: Secret | SecretStr
    ) -> None:
        supervisor, name = Supervisor(context.workspace), program_name(context.token)
        supervisor.ensure_running()  # ends what a killed one left behind, and frees its port
        data = private_folder(_folder(context, self.name) / _DATA)
        how = self.start(inputs, supervisor.root(name), data, port, clear(context, secret))
        run = RunFile.of(context.workspace, (program, *how.arguments), data)
        supervisor.put(
            self._program(context, replace(run, environment=dict(how.environment), files=how.files))
        )
        watch = Watch(supervisor, name, self.what, lambda: [clear(context, secret)])
        ready = ListeningProbe(supervisor, name, port)
        watch.until(context, _READY_SECONDS, ready, f"does not listen on port {port}")

    def _program(self, context: Context, run: RunFile) -> Program:
        return Program(program_name(context.token), replace(run, umask=0o077), stop_seconds=_STOP_SECONDS)


def _folder(context: Context, kind: str) -> Path:
    """Of one create token, in the environment's private folder."""
    key = hashlib.sha256(context.token.encode()).hexdigest()[:16]
    return context.workspace.home / kind / key


class NoInputs(BaseModel):
    """Nothing can be set: one server is like the other."""

    model_config = {"extra": "forbid"}
