"""Reading a SQL store: every call is one transaction that sees one committed state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from ....drivers.secrets import SecretRow
from ....graph.address import Address
from ....graph.fingerprint import digest_bytes
from ..builds import BuildRecord
from ..failures import state_error
from ..records import DeploymentRecord, EnvironmentRecord, Lease, Referrer, ResourceRecord, StepRecord
from ..settings import CatalogSetting
from ..store import Snapshot
from . import schema
from .body import Unreadable
from .builds import builds_of
from .codec import deployment_record, environment_record, step_record
from .lease import stored_lease
from .referrers import references_of, referrers_of
from .resource_codec import ResourceDecoder
from .settings import catalog_settings
from .transactions import Transactions


class SqlReader:
    """Implements ``StateReader``; usable by several threads."""

    def __init__(self, database: Transactions, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    @property
    def store_id(self) -> str:
        """The id of the store, minted with it."""
        return self._store_id

    def environments(self, application: str | None = None) -> tuple[EnvironmentRecord, ...]:
        """The registered environments, ordered by application and name."""
        table = schema.environment
        query = select(table)
        if application is not None:
            query = query.where(table.c.application == application)
        with self._database.reading() as connection:
            found = [environment_record(row) for row in connection.execute(query)]
        # Not ORDER BY: how text is ordered is a setting of the server.
        return tuple(sorted(found, key=lambda e: (e.application, e.name)))

    def addresses(self, environment_uid: str) -> frozenset[Address]:
        """The addresses of all resources of an environment, without reading the records; empty where it is unknown."""
        table = schema.resource
        query = select(table.c.address).where(table.c.environment_uid == environment_uid)
        with self._database.reading() as connection:
            return frozenset(Address.parse(address) for address in connection.scalars(query))

    def snapshot(self, environment_uid: str) -> Snapshot:
        """All resources of an environment at one moment; raises StateError if it is not registered."""
        with self._database.reading() as connection:
            environment = registered(connection, environment_uid)
            resources = _resources(connection, environment_uid)
            births = _births(connection, environment_uid)
        for record in resources.values():
            births[record.address] = max(record.birth, births.get(record.address, 0))
        return Snapshot(environment, resources, births)

    def deployments(self, environment_uid: str) -> tuple[DeploymentRecord, ...]:
        """The deployments of an environment, newest first."""
        table = schema.deployment
        query = (
            select(table).where(table.c.environment_uid == environment_uid).order_by(table.c.number.desc())
        )
        with self._database.reading() as connection:
            return tuple(deployment_record(row) for row in connection.execute(query))

    def deployment(self, environment_uid: str, number: int) -> DeploymentRecord | None:
        """One deployment, or None, also for a number that no column could hold."""
        if number.bit_length() > 63:
            return None
        table = schema.deployment
        query = select(table).where(table.c.environment_uid == environment_uid, table.c.number == number)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else deployment_record(row)

    def steps(self, environment_uid: str, deployment: int) -> tuple[StepRecord, ...]:
        """The journal of a deployment in the order in which its steps were first written."""
        table = schema.step
        mine = (table.c.environment_uid == environment_uid, table.c.deployment == deployment)
        query = select(table).where(*mine).order_by(table.c.id)
        with self._database.reading() as connection:
            return tuple(step_record(row) for row in connection.execute(query))

    def events(self, environment_uid: str, deployment: int) -> tuple[Mapping[str, Any], ...]:
        """The recorded events of a deployment in order."""
        table = schema.event
        mine = (table.c.environment_uid == environment_uid, table.c.deployment == deployment)
        query = select(table.c.body).where(*mine).order_by(table.c.id)
        with self._database.reading() as connection:
            try:
                return tuple(event for body in connection.scalars(query) for event in orjson.loads(body))
            except ValueError as error:
                raise Unreadable(f"the events of deployment {deployment}") from error

    def blob(self, digest: str) -> bytes:
        """A content-addressed blob; raises StateError if it is missing or does not match its digest."""
        query = select(schema.blob.c.content).where(schema.blob.c.digest == digest)
        with self._database.reading() as connection:
            content = connection.scalar(query)
            if content is not None and digest_bytes(content) != digest:
                raise Unreadable(f"the content {digest}")
        if content is None:
            raise state_error("blob-missing", f"the state holds no content with the digest {digest}")
        return bytes(content)

    def lease(self, environment_uid: str) -> Lease | None:
        """Who holds the environment now, or None; a lease that ran out is held by nobody."""
        with self._database.reading() as connection:
            found = stored_lease(connection, environment_uid)
            now = self._database.now_ms(connection)
        return found.lease() if found is not None and found.expires_ms > now else None

    def secret(self, environment_uid: str, ref: str, version: str | None) -> SecretRow | None:
        """An encrypted secret: the given version, or the newest."""
        table = schema.secret
        owner, _, name = ref.partition("/")
        query = select(table).where(
            table.c.environment_uid == environment_uid, table.c.owner == owner, table.c.field == name
        )
        if version is not None:
            if not version.isdecimal():
                return None
            query = query.where(table.c.version == int(version))
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(table.c.version.desc()).limit(1)).one_or_none()
        return (
            None if row is None else SecretRow(ref, str(row.version), row.key_id, row.nonce, row.ciphertext)
        )

    def catalog_settings(self) -> tuple[CatalogSetting, ...]:
        """The catalogs that are set, ordered by scope and subject."""
        with self._database.reading() as connection:
            return catalog_settings(connection)

    def referrers(self, environment_uid: str) -> tuple[Referrer, ...]:
        """The resources of other environments that read resources of this one, ordered by names and address."""
        with self._database.reading() as connection:
            return referrers_of(connection, environment_uid)

    def references(self, environment_uid: str) -> tuple[Referrer, ...]:
        """The resources of this environment that read resources of others, ordered by address."""
        with self._database.reading() as connection:
            return references_of(connection, environment_uid)

    def builds(self, application: str) -> tuple[BuildRecord, ...]:
        """The builds of an application that were recorded, in the order of their arrival."""
        with self._database.reading() as connection:
            return builds_of(connection, application)

    def key_id(self) -> str | None:
        """The id of the key that local secrets are encrypted with; None before the first was made."""
        with self._database.reading() as connection:
            return connection.scalar(select(schema.store.c.key_id))


def registered(connection: Connection, environment_uid: str) -> EnvironmentRecord:
    """The environment of a uid; raises StateError if it is not registered."""
    query = select(schema.environment).where(schema.environment.c.uid == environment_uid)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise state_error(
            "environment-missing", f"no environment with the uid {environment_uid} is registered"
        )
    return environment_record(row)


def _resources(connection: Connection, environment_uid: str) -> dict[Address, ResourceRecord]:
    table = schema.resource
    query = select(table.c.address, table.c.definition, table.c.body, table.c.checksum)
    decoder = ResourceDecoder()
    rows = connection.execute(query.where(table.c.environment_uid == environment_uid)).all()
    records = map(decoder.record, sorted(rows, key=lambda row: row.address))
    return {record.address: record for record in records}


def _births(connection: Connection, environment_uid: str) -> dict[Address, int]:
    table = schema.birth
    query = select(table.c.address, table.c.births).where(table.c.environment_uid == environment_uid)
    return {Address.parse(address): births for address, births in connection.execute(query)}
