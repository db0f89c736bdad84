"""Writing a SQL store under a lease: every call is one durable transaction that compares the fence first."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, func, insert, select, update

from ....graph.fingerprint import digest_bytes
from ..failures import lease_lost, state_error
from ..records import DeploymentRecord, DeploymentStatus, EnvironmentRecord, Lease
from ..store import Write
from . import schema
from .body import plain
from .codec import deployment_body, deployment_record
from .environments import amend_environment
from .lease import RAISE_SERIAL, extend, iso, stored_lease
from .rows import inserting, write_group
from .transactions import Transactions


class SqlWriter:
    """Implements ``StateWriter``. ``took_over_from`` is the lease of a dead or late holder that this one replaced."""

    def __init__(
        self, database: Transactions, lease: Lease, took_over_from: Lease | None, term_ms: int
    ) -> None:
        self.lease = lease
        self.took_over_from = took_over_from
        self._database = database
        self._term_ms = term_ms
        self._deployment = 0
        self.lapses = False

    def begin(
        self,
        deployment: DeploymentRecord,
        blobs: Mapping[str, bytes],
        environment: EnvironmentRecord | None = None,
    ) -> DeploymentRecord:
        """Record a new running deployment with the next number, its blobs, and what it makes of the environment's record.

        A deployment that still says running was left by a dead holder; it becomes abandoned.
        """
        with self._transaction() as connection:
            self._abandon(connection)
            if environment is not None:
                amend_environment(connection, environment)
            newest = connection.scalar(_NEWEST, {"environment": self.lease.environment_uid})
            begun = replace(deployment, number=(newest or 0) + 1, status=DeploymentStatus.RUNNING)
            connection.execute(_ADD_DEPLOYMENT, self._row(begun))
            _add_blobs(connection, blobs)
        self._deployment = begun.number
        return begun

    def commit(self, writes: Sequence[Write], events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Write a group of steps, with the events of the deployment begun last, as one transaction."""
        told = list(events)
        with self._transaction() as connection:
            write_group(connection, self.lease.environment_uid, writes)
            if told:
                body = plain(told, "an event")
                row = {
                    "environment_uid": self.lease.environment_uid,
                    "deployment": self._deployment,
                    "body": body,
                }
                connection.execute(_ADD_EVENTS, row)

    def finish(self, deployment: DeploymentRecord, environment: EnvironmentRecord | None = None) -> None:
        """Write the deployment's end, and the environment's record; raises StateError if it was never begun."""
        with self._transaction() as connection:
            if environment is not None:
                amend_environment(connection, environment)
            if not connection.execute(_SET_DEPLOYMENT, self._row(deployment, "at_")).rowcount:
                raise state_error("deployment-missing", f"deployment {deployment.number} was never begun")

    def let_lapse(self) -> None:
        """Do not give the lease back at the end: it runs out by itself."""
        self.lapses = True

    def heartbeat(self) -> Lease:
        """Extend the lease by its full term; callable from another thread; raises LeaseLost."""
        with self._database.writing() as connection:
            expires = self._database.now_ms(connection) + self._term_ms
            if not extend(connection, self.lease, expires):
                raise self._lost(connection)
        self.lease = replace(self.lease, expires=iso(expires))
        return self.lease

    @contextmanager
    def _transaction(self) -> Generator[Connection]:
        mine = {"environment": self.lease.environment_uid, "fence": self.lease.fence}
        with self._database.writing() as connection:
            if not connection.execute(RAISE_SERIAL, mine).rowcount:
                raise self._lost(connection)
            yield connection

    def _lost(self, connection: Connection) -> Exception:
        now = stored_lease(connection, self.lease.environment_uid)
        uid = self.lease.environment_uid
        name = connection.execute(_NAME, {"environment": uid}).one_or_none()
        return lease_lost(
            f"{name[0]}/{name[1]}" if name else uid, self.lease.fence, now.lease() if now else None
        )

    def _abandon(self, connection: Connection) -> None:
        now = iso(self._database.now_ms(connection))
        for row in connection.execute(_RUNNING, {"environment": self.lease.environment_uid}).all():
            left = deployment_record(row)
            reason = left.reason or "its process ended without a word"
            ended = replace(left, status=DeploymentStatus.ABANDONED, ended=now, reason=reason)
            connection.execute(_SET_DEPLOYMENT, self._row(ended, "at_"))

    def _row(self, record: DeploymentRecord, key: str = "") -> dict[str, Any]:
        keys = {f"{key}environment_uid": self.lease.environment_uid, f"{key}number": record.number}
        return {**keys, "status": record.status.value, "body": deployment_body(record)}


def _add_blobs(connection: Connection, blobs: Mapping[str, bytes]) -> None:
    for digest, content in blobs.items():
        if digest_bytes(content) != digest:
            raise ValueError(f"the content given as {digest} has another digest")
    if blobs:
        connection.execute(_ADD_BLOB, [{"digest": d, "content": c} for d, c in blobs.items()])


_deployment = schema.deployment
_mine = _deployment.c.environment_uid == bindparam("environment")
_NEWEST = select(func.max(_deployment.c.number)).where(_mine)
_RUNNING = select(_deployment).where(_mine, _deployment.c.status == DeploymentStatus.RUNNING.value)
_ADD_DEPLOYMENT = insert(_deployment)
_SET_DEPLOYMENT = update(_deployment).where(
    _deployment.c.environment_uid == bindparam("at_environment_uid"),
    _deployment.c.number == bindparam("at_number"),
)
_ADD_EVENTS = insert(schema.event)
_ADD_BLOB = inserting(schema.blob, "NOTHING")
_NAME = select(schema.environment.c.application, schema.environment.c.name).where(
    schema.environment.c.uid == bindparam("environment")
)
