"""The running server: how it is started, and when it is ready."""

from __future__ import annotations

import time

from msgspec import Struct
from msgspec.structs import replace
from pydantic import SecretStr

from ....graph.values import Value, in_text, text
from ...sdk import Context, Fault, PermanentFault, TransientFault
from ..local.logs import last_lines, last_words
from ..local.ports import HOST
from ..local.program import Program, program_name
from ..local.runfile import RunFile
from ..local.supervisor import Supervisor
from ..postgres.models import PostgresConnection
from ..postgres.session import session
from .cluster import Cluster
from .models import SUPERUSER

PROGRAM = "postgres"

_STOP_SECONDS = 30
_READY_SECONDS = 60.0
_DOUBT_SECONDS = 3.0
_STEP = 0.03
_LINES = 12


class PortTaken(PermanentFault):
    """The server's port is held by another program."""


class Server(Struct, frozen=True):
    """The server of a context's create token, under its environment's supervisor."""

    context: Context

    @property
    def name(self) -> str:
        """Its program."""
        return program_name(self.context.token, PROGRAM)

    @property
    def supervisor(self) -> Supervisor:
        """Who runs it."""
        return Supervisor(self.context.workspace)

    def start(self, cluster: Cluster, port: int) -> None:
        """Have it running on this port; it is started again where it ran with other settings."""
        if self.supervisor.process(self.name) is None:
            cluster.unlock()
        argv = (cluster.binaries.program(PROGRAM), *map(str, arguments(cluster.data, port)))
        run = RunFile.of(self.context.workspace, argv, cluster.data)
        user = cluster.account.run_user if cluster.account else None
        self.supervisor.put(self.program(replace(run, user=user)))

    def program(self, run: RunFile) -> Program:
        """What the supervisor runs."""
        run = replace(run, umask=0o077)
        return Program(self.name, run, stop_signal="INT", stop_seconds=_STOP_SECONDS)

    def until_ready(self, port: int, password: str) -> None:
        """Return when it lets its superuser in; raises a fault with its last lines when it ended, or took too long.

        A refusal is not taken at its word at once: it may be another program's, at a port that ours cannot have.
        """
        start = time.monotonic()
        limit = start + min(_READY_SECONDS, max(1.0, self.context.seconds_left - 2.0))
        while True:
            try:
                with session(self.context, connection(port, password)):
                    return
            except TransientFault:
                self.context.cancelled.check()
            except PermanentFault:
                if time.monotonic() > start + _DOUBT_SECONDS:
                    raise
            if self.supervisor.process(self.name) is None and not self.supervisor.state(self.name).up:
                raise self._failed("ended as soon as it was started")
            if time.monotonic() > limit:
                raise self._failed("lets nobody in")
            self.context.cancelled.wait(_STEP)

    def _failed(self, complaint: str) -> Fault:
        self.supervisor.stop(self.name)
        lines = last_lines(self.supervisor.log(self.name), _LINES)
        message = f"program-failed: PostgreSQL {complaint}; {last_words(lines)}"
        if "Address already in use" in message:
            return PortTaken(message, hint="end the program that holds the port, then apply again")
        return PermanentFault(message)


def arguments(data: Value, port: Value) -> list[Value]:
    """Those of the program: its data folder, and all settings that are not PostgreSQL's own."""
    settings: dict[str, Value] = {
        "listen_addresses": HOST,
        "port": port,
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "32MB",
        "logging_collector": "off",
        "log_destination": "stderr",
    }
    options = [
        word for name, value in settings.items() for word in ("-c", text([f"{name}=", *in_text(value)]))
    ]
    return ["-D", data, *options]


def connection(port: int, password: str) -> PostgresConnection:
    """How its superuser connects."""
    return PostgresConnection(
        host=HOST, port=port, username=SUPERUSER, password=SecretStr(password), sslmode="disable"
    )
