"""The rows of one environment, taken out of a database and put into another."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, LargeBinary, Table, and_, insert, or_, select
from sqlalchemy.exc import DataError, IntegrityError

from ....drivers.secrets import SecretRow
from ..dump import Dump
from ..failures import state_error
from ..records import EnvironmentRecord
from ..store import Reseal
from . import schema
from .codec import environment_record
from .environments import taken
from .reader import registered
from .rows import inserting

_TABLES = (
    schema.environment,
    schema.deployment,
    schema.resource,
    schema.birth,
    schema.step,
    schema.event,
    schema.secret,
    schema.referrer,
)
"""Tables before those that refer to them."""


def taken_out(connection: Connection, store_id: str, environment_uid: str) -> Dump:
    """Everything about an environment; raises StateError if it is not registered."""
    registered(connection, environment_uid)
    rows = {str(table.name): list(_rows(connection, table, environment_uid)) for table in _TABLES}
    key_id = connection.scalar(select(schema.store.c.key_id))
    return Dump(store_id, schema.SCHEMA_VERSION, key_id, rows, dict(_blobs(connection, rows)))


def put_in(connection: Connection, dump: Dump, reseal: Reseal) -> EnvironmentRecord:
    """Add an environment with everything about it, which nobody holds; raises StateError if it is there already."""
    _check(connection, dump)
    uid = str(dump.environment["uid"])
    try:
        for table in _TABLES:
            rows = [_columns(table, row) for row in dump.rows[table.name]]
            if table is schema.secret:
                rows = [_resealed(uid, row, reseal) for row in rows]
            if rows:
                connection.execute(insert(table), rows)
            if table is schema.environment:
                free = {"environment_uid": uid, "fence": 0, "acquired_ms": 0, "expires_ms": 0}
                connection.execute(insert(schema.lease), free)
        if dump.blobs:
            blobs = [{"digest": d, "content": c} for d, c in dump.blobs.items()]
            connection.execute(inserting(schema.blob, "NOTHING"), blobs)
    except (IntegrityError, DataError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise state_error(
            "dump-unreadable",
            "the rows of the environment do not fit the tables; nothing was imported",
            "export it anew",
        ) from error
    return registered(connection, uid)


def _check(connection: Connection, dump: Dump) -> None:
    if dump.schema_version != schema.SCHEMA_VERSION:
        found, known = dump.schema_version, schema.SCHEMA_VERSION
        raise state_error(
            "dump-version",
            f"the environment was exported from tables of version {found}, these are of version {known}",
            "export it anew with the version of Bakehouse that imports it",
        )
    table, new = schema.environment, dump.environment
    named = and_(table.c.application == str(new["application"]), table.c.name == str(new["name"]))
    there = connection.execute(select(table).where(or_(table.c.uid == str(new["uid"]), named))).first()
    if there is not None:
        raise taken(environment_record(there))


def _rows(connection: Connection, table: Table, environment_uid: str) -> Iterator[dict[str, Any]]:
    column = table.c.uid if table is schema.environment else table.c.environment_uid
    query = select(*(c for c in table.columns if c.name != "id")).where(column == environment_uid)
    if "id" in table.c:
        query = query.order_by(table.c.id)
    for row in connection.execute(query).mappings():
        yield {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _columns(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the table takes it; raises KeyError for a column that is missing."""
    binary = {c.name for c in table.columns if isinstance(c.type, LargeBinary)}
    names = [c.name for c in table.columns if c.name != "id"]
    return {n: base64.b64decode(row[n], validate=True) if n in binary else row[n] for n in names}


def _resealed(environment_uid: str, row: Mapping[str, Any], reseal: Reseal) -> dict[str, Any]:
    former = SecretRow(
        f"{row['owner']}/{row['field']}", str(row["version"]), row["key_id"], row["nonce"], row["ciphertext"]
    )
    new = reseal(environment_uid, former)
    return {**row, "key_id": new.key_id, "nonce": new.nonce, "ciphertext": new.ciphertext}


def _blobs(connection: Connection, rows: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The contents that deployments name: snapshots, and plans, whose index names further ones."""
    bodies = [orjson.loads(row["body"]) for row in (*rows["environment"], *rows["deployment"])]
    seeds = [body["seed"] for body in bodies if body.get("seed")]
    wanted = {b.get(name) for b in (*bodies, *seeds) for name in ("application", "catalog", "plan")} - {None}
    for digest in sorted(wanted):
        content = _content(connection, digest)
        if content is None:
            continue
        yield digest, content
        if any(b.get("plan") == digest for b in bodies):
            for name in sorted({str(part) for part in orjson.loads(content).values()} - wanted):
                part = _content(connection, name)
                if part is not None:
                    yield name, part


def _content(connection: Connection, digest: str) -> bytes | None:
    found = connection.scalar(select(schema.blob.c.content).where(schema.blob.c.digest == digest))
    return None if found is None else bytes(found)
