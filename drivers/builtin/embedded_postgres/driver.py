"""The driver itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import SecretStr

from ....graph.values import Secret
from ...sdk import Context, CreateMode, Document, Driver, NotFound, PermanentFault, Result, Status
from ..local.documents import port_to_have, program_document
from ..local.logs import follow as follow_logs
from ..local.logs import last_lines
from ..local.ports import HOST, PortReservations
from ..local.private import system_faults
from ..local.runfile import RunFile
from ..postgres.session import session
from ..served import new_password
from .cluster import Cluster, scram_verifier
from .models import SUPERUSER, EmbeddedPostgresInputs, EmbeddedPostgresOutputs
from .place import BASE, Place
from .server import PROGRAM, PortTaken, Server, arguments, connection

_PORTS_TRIED = 3
_SOURCE = "postgres"


class EmbeddedPostgres(Driver[EmbeddedPostgresInputs, EmbeddedPostgresOutputs]):
    """Makes a data folder, runs a server on it, and starts it again on the same port."""

    name: ClassVar[str] = "embedded-postgres"
    summary: ClassVar[str] = "a PostgreSQL server of the environment's own, on this machine"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 180.0
    Inputs = EmbeddedPostgresInputs
    Outputs = EmbeddedPostgresOutputs

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """A server ends with the machine; its data do not."""
        return True

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """Its run file, in the data folder, and its supervisor's settings; where its binaries lie, differs by machine."""
        program = Server(context).program(RunFile((), ".", "", ""))
        argv = [PROGRAM, *arguments(".", port_to_have(context))]
        return (Document("postgres.yaml", program_document(program, argv)),)

    @system_faults()
    def create(self, context: Context, inputs: EmbeddedPostgresInputs) -> Result:
        """Make the data folder and start the server.

        A data folder that an earlier call completed is used again. The password that it had may have been lost with
        that call, so it gets a new one, while no server runs on it.
        """
        place, server, password = Place(context), Server(context), new_password()
        with place.held():
            cluster = place.cluster()
            if cluster is None:
                cluster = place.new_cluster()
                context.progress("making the data folder of a PostgreSQL server")
                cluster.make(password)
            else:
                server.supervisor.stop(server.name)
                cluster.set_password(password)
            context.cancelled.check()
            return self._run(context, cluster, SecretStr(password))

    @system_faults()
    def update(self, context: Context, inputs: EmbeddedPostgresInputs) -> Result:
        """Have the server running; its password stays."""
        place = Place(context)
        with place.held():
            cluster = place.cluster()
            if cluster is None:
                raise NotFound("the data folder of the PostgreSQL server is gone")
            return self._run(context, cluster, _recorded_password(context))

    def read(self, context: Context, inputs: EmbeddedPostgresInputs | None) -> Result:
        """What was recorded, as long as the data are there."""
        if context.prior is None or Place(context).base() is None:
            raise NotFound("the data folder of the PostgreSQL server is gone")
        return Result(context.prior.outputs, context.prior.private)

    @system_faults()
    def delete(self, context: Context) -> None:
        """Stop the server and remove its data, its port's reservation and what was copied for it."""
        place, server = Place(context), Server(context)
        with place.held():
            server.supervisor.remove(server.name)
            place.remove()
        PortReservations(context.workspace, context.token).release()

    def status(self, context: Context) -> Status:
        """Whether the server's process lives."""
        process = Server(context).supervisor.process(Server(context).name)
        return Status(True, f"pid {process.pid}") if process else Status(False, "not running")

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """What the server said, each with the source ``postgres``."""
        log = Server(context).supervisor.log(Server(context).name)
        if follow:
            return follow_logs({_SOURCE: log}, lines, context.cancelled)
        return ((_SOURCE, line) for line in last_lines(log, lines))

    def rotate(self, context: Context, inputs: EmbeddedPostgresInputs, field: str | None) -> Result:
        """A new password for the superuser; the old one stops working at once."""
        from psycopg import sql

        if field not in (None, "password") or context.prior is None:
            raise PermanentFault(f"only the output password can be rotated, not {field}")
        old = _clear(context, _recorded_password(context))
        new = new_password()
        change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(SUPERUSER), sql.Literal(scram_verifier(new))
        )
        with session(context, connection(int(context.prior.outputs["port"]), old)) as superuser:
            superuser.execute(change)
        return Result({**context.prior.outputs, "password": SecretStr(new)}, context.prior.private)

    def pause(self, context: Context) -> None:
        """Stop the server."""
        Server(context).supervisor.stop(Server(context).name)

    def resume(self, context: Context) -> None:
        """Start the server again."""
        self.update(context, EmbeddedPostgresInputs())

    def _run(self, context: Context, cluster: Cluster, password: SecretStr | Secret) -> Result:
        port = self._started(context, cluster, _clear(context, password))
        outputs = {"host": HOST, "port": port, "username": SUPERUSER, "password": password}
        return Result(outputs, {BASE: str(cluster.base)})

    def _started(self, context: Context, cluster: Cluster, password: str) -> int:
        """Have it running, and return its port. Only a port that nobody was told of yet may be given up for another."""
        server, ports = Server(context), PortReservations(context.workspace, context.token)
        recorded = context.prior.outputs.get("port") if context.prior else None
        prior = recorded if isinstance(recorded, int) else None
        for attempt in range(_PORTS_TRIED):
            port = ports.reserve(_SOURCE, None, prior=prior)
            server.start(cluster, port)
            try:
                server.until_ready(port, password)
                return port
            except PermanentFault as fault:
                if prior is None:
                    ports.release()
                if prior is not None or not isinstance(fault, PortTaken) or attempt == _PORTS_TRIED - 1:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")


def _clear(context: Context, password: Secret | SecretStr) -> str:
    return context.reveal(password) if isinstance(password, Secret) else password.get_secret_value()


def _recorded_password(context: Context) -> Secret | SecretStr:
    """The password of the record, or the one that a create gave a moment ago and that is not stored yet."""
    password = context.prior.outputs.get("password") if context.prior else None
    if not isinstance(password, Secret | SecretStr):
        raise PermanentFault(
            "the password of the PostgreSQL server is not recorded", hint="replace the resource"
        )
    return password
