"""Writing groups of steps: few statements for many rows, each row compared with the version that was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table, TextClause, bindparam, delete, insert, select, text, update

from ....drivers.secrets import SecretRow
from ....graph.address import Address
from ..failures import basis_moved, state_error
from ..records import ResourceRecord, StepRecord
from ..store import BasisMoved, Write
from . import schema
from .body import checksum
from .codec import step_body
from .referrers import check_endings, write_referrers
from .resource_codec import definition_body, resource_body


def write_group(connection: Connection, environment_uid: str, writes: Sequence[Write]) -> None:
    """Write all of a group; raises BasisMoved, Referred or OwnerGone, and then the transaction must be undone."""
    _move(connection, environment_uid, writes)
    for part in _without_repeats(writes):
        put = [w.put for w in part if w.put is not None and w.moved_from is None]
        _insert(connection, environment_uid, [r for r in put if r.row_version == 1])
        _update(connection, environment_uid, [r for r in put if r.row_version != 1])
        _remove(connection, environment_uid, [w.remove for w in part if w.remove is not None])
        _write_steps(connection, environment_uid, [w.step for w in part if w.step is not None])
        drop_secrets(connection, environment_uid, [prefix for w in part for prefix in w.drop_secrets])
        add_secrets(connection, environment_uid, [row for w in part for row in w.secrets])
        write_referrers(connection, environment_uid, part)
        check_endings(connection, environment_uid, [w.ending for w in part if w.ending is not None])


def add_secrets(connection: Connection, environment_uid: str, secrets: Iterable[SecretRow]) -> None:
    """Add versions of secrets; one that is there already is a broken constraint.

    Raises StateError for one that is not encrypted with the recorded key: the key was changed since it was sealed.
    """
    rows: list[dict[str, Any]] = [
        {
            "environment_uid": environment_uid,
            "owner": row.owner,
            "field": row.field,
            "version": int(row.version),
            "key_id": row.key_id,
            "nonce": row.nonce,
            "ciphertext": row.ciphertext,
        }
        for row in secrets
    ]
    if rows:
        _check_key(connection, {row["key_id"] for row in rows})
        connection.execute(_ADD_SECRET, rows)


def _check_key(connection: Connection, used: set[str]) -> None:
    recorded = connection.scalar(select(schema.store.c.key_id).with_for_update(read=True))
    if recorded is not None and used != {recorded}:
        raise state_error(
            "wrong-key",
            f"the key of this state's secrets was changed meanwhile; it is {recorded} now",
            "run the command again: it reads the new key",
        )


def drop_secrets(connection: Connection, environment_uid: str, prefixes: Iterable[str]) -> None:
    """Remove all versions of every secret below the prefixes ``OWNER_UID/``."""
    rows = [{"environment": environment_uid, "of": prefix.partition("/")[0]} for prefix in prefixes]
    if rows:
        connection.execute(_DROP_SECRETS, rows)


def _without_repeats(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """The writes in order, in parts that name no address twice: what follows in time must follow in statements."""
    part: list[Write] = []
    seen: set[Address] = set()
    for write in writes:
        put = None if write.put is None else write.put.address
        named = {address for address in (put, write.remove) if address is not None}
        if named & seen:
            yield part
            part, seen = [], set()
        part.append(write)
        seen |= named
    yield part


def _insert(connection: Connection, environment_uid: str, records: list[ResourceRecord]) -> None:
    rows = [{"environment_uid": environment_uid, "address": str(r.address), **_columns(r)} for r in records]
    if rows and connection.execute(_INSERT, rows).rowcount != len(rows):
        raise _moved(connection, environment_uid, records)


def _update(connection: Connection, environment_uid: str, records: list[ResourceRecord]) -> None:
    rows = [
        {"environment": environment_uid, "at": str(r.address), "before": r.row_version - 1, **_columns(r)}
        for r in records
    ]
    if rows and connection.execute(_UPDATE, rows).rowcount != len(rows):
        raise _moved(connection, environment_uid, records)


def _move(connection: Connection, environment_uid: str, writes: Sequence[Write]) -> None:
    """Take all rows that move away from their addresses, then put them at their new ones."""
    moves = [(w.moved_from, w.put) for w in writes if w.moved_from is not None and w.put is not None]
    if not moves:
        return
    connection.execute(_BURY, [{"environment": environment_uid, "at": str(source)} for source, _ in moves])
    for source, record in moves:
        here = {"environment": environment_uid, "at": str(source)}
        before = record.row_version - 1
        if connection.execute(_TAKE, {**here, "before": before}).rowcount != 1:
            raise basis_moved(str(source), before, connection.scalar(_VERSION, here))
    _insert(connection, environment_uid, [record for _, record in moves])


def _columns(record: ResourceRecord) -> dict[str, Any]:
    definition, body = definition_body(record), resource_body(record)
    return {
        "uid": record.uid,
        "birth": record.birth,
        "row_version": record.row_version,
        "status": record.status.value,
        "deployment": record.deployment,
        "checksum": checksum(definition + body),
        "definition": definition,
        "body": body,
    }


def _remove(connection: Connection, environment_uid: str, addresses: list[Address]) -> None:
    rows = [{"environment": environment_uid, "at": str(address)} for address in addresses]
    if not rows:
        return
    connection.execute(_BURY, rows)
    if connection.execute(_DELETE, rows).rowcount != len(rows):
        raise basis_moved("a resource that was to be removed", 1, None)


def _write_steps(connection: Connection, environment_uid: str, steps: list[StepRecord]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "environment_uid": environment_uid,
            "deployment": step.deployment,
            "key": step.key,
            "status": step.status.value,
            "body": step_body(step),
        }
        for step in steps
    ]
    if rows:
        connection.execute(_STEP, rows)


def _moved(connection: Connection, environment_uid: str, records: list[ResourceRecord]) -> BasisMoved:
    """Says which of the records is not at the version before its own."""
    for record in records:
        found = connection.scalar(_VERSION, {"environment": environment_uid, "at": str(record.address)})
        # A new row that did come in by this very group stands at its own version.
        if found not in ((None, 1) if record.row_version == 1 else (record.row_version,)):
            return basis_moved(str(record.address), record.row_version - 1, found)
    return basis_moved(str(records[0].address), records[0].row_version - 1, None)


def inserting(table: Table, otherwise: str, *, of: str = "") -> TextClause:
    """An insert that does something else where a row is there already: the same words to every database we know.

    SQLAlchemy has such inserts only for each dialect apart. A counting ``id`` is left to the database.
    """
    names = [column.name for column in table.columns if column.name != "id"]
    values = ", ".join(f":{name}" for name in names)
    return text(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) ON CONFLICT {of} DO {otherwise}"
    )


_resource = schema.resource
_here = (_resource.c.environment_uid == bindparam("environment"), _resource.c.address == bindparam("at"))
_INSERT = inserting(_resource, "NOTHING")
_UPDATE = update(_resource).where(*_here, _resource.c.row_version == bindparam("before"))
_DELETE = delete(_resource).where(*_here)
_TAKE = delete(_resource).where(*_here, _resource.c.row_version == bindparam("before"))
_VERSION = select(_resource.c.row_version).where(*_here)

_BURY = text(
    "INSERT INTO birth (environment_uid, address, births)"
    " SELECT environment_uid, address, birth FROM resource"
    " WHERE environment_uid = :environment AND address = :at"
    " ON CONFLICT (environment_uid, address)"
    " DO UPDATE SET births = excluded.births WHERE excluded.births > birth.births"
)
_STEP = inserting(
    schema.step,
    "UPDATE SET status = excluded.status, body = excluded.body",
    of="(environment_uid, deployment, key)",
)

_ADD_SECRET = insert(schema.secret)
_DROP_SECRETS = delete(schema.secret).where(
    schema.secret.c.environment_uid == bindparam("environment"), schema.secret.c.owner == bindparam("of")
)
