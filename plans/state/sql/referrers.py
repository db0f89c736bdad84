"""The rows that say who reads whose outputs: kept in step with what is recorded, looked at before an owner ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, inspect, select

from ....graph.address import Address
from ..failures import owner_gone, referred
from ..records import Owner, Referrer, ResourceRecord, ResourceStatus
from ..store import Ending, Write
from . import schema
from .resource_codec import ResourceDecoder

AT_ONCE = 1000
"""Addresses in one question: databases take some ten thousand values with a statement, and no more."""

_table, _environment, _resource = schema.referrer, schema.environment, schema.resource


def referrers_of(connection: Connection, owner_environment_uid: str) -> tuple[Referrer, ...]:
    """Who reads resources of an environment, ordered by names and address; nobody in tables older than version 3."""
    found = _found(connection, _OF_OWNERS, owner_environment_uid)
    return tuple(sorted(found, key=lambda r: (r.application, r.environment, str(r.address))))


def references_of(connection: Connection, environment_uid: str) -> tuple[Referrer, ...]:
    """Which resources of other environments one environment reads, ordered by address."""
    return tuple(sorted(_found(connection, _OF_READERS, environment_uid), key=lambda r: str(r.address)))


def write_referrers(connection: Connection, environment_uid: str, writes: Sequence[Write]) -> None:
    """Make the rows of an environment follow from what a group has recorded, which was written before.

    Raises OwnerGone where a new reference leads to nothing.
    """
    wanted = {str(w.put.address): w.put for w in writes if w.put is not None}
    left = [a for w in writes for a in (w.remove, w.moved_from) if a is not None]
    gone = {str(address) for address in left} - wanted.keys()
    mine, held = {"environment": environment_uid}, _held(connection, environment_uid, gone | wanted.keys())
    for at in (gone | wanted.keys()) & held.keys():
        owner = wanted[at].owner if at in wanted else None
        if owner is None or owner.uid != held[at]:
            connection.execute(_DELETE, {**mine, "at": at})
            del held[at]
    for at, record in wanted.items():
        if record.owner is not None and at not in held:
            _add(connection, environment_uid, record, record.owner)


def _held(connection: Connection, environment_uid: str, addresses: Iterable[str]) -> dict[str, str]:
    """The uids of the owners that the resources at these addresses read, by address."""
    named, found = sorted(addresses), dict[str, str]()
    for start in range(0, len(named), AT_ONCE):
        mine = {"environment": environment_uid, "named": named[start : start + AT_ONCE]}
        found |= {row.address: row.owner_uid for row in connection.execute(_HELD, mine)}
    return found


def check_endings(connection: Connection, environment_uid: str, endings: Iterable[Ending]) -> None:
    """Refuse what would end under a referrer that nobody agreed about; raises Referred.

    It is called after the row that carries the intent was written. A reference that is being recorded meanwhile either
    sees that row, or its own row is seen here.
    """
    by_uid = {ending.uid: ending for ending in endings}
    if not by_uid:
        return
    found = [r for r in referrers_of(connection, environment_uid) if r.owner.uid in by_uid]
    strange = [r for r in found if r.key not in by_uid[r.owner.uid].agreed]
    if strange:
        raise referred(strange)


def _found(connection: Connection, query: Any, uid: str) -> tuple[Referrer, ...]:
    if not inspect(connection).has_table(_table.name):
        return ()
    return tuple(
        Referrer(
            Owner(row.owner_environment_uid, row.owner_uid),
            row.environment_uid,
            Address.parse(row.address),
            row.application,
            row.name,
        )
        for row in connection.execute(query, {"uid": uid})
    )


def _add(connection: Connection, environment_uid: str, record: ResourceRecord, owner: Owner) -> None:
    key = {"environment": owner.environment_uid, "uid": owner.uid}
    row = connection.execute(_OWNER, key).one_or_none()
    found = None if row is None else ResourceDecoder().record(row)
    if found is None or _is_ending(found):
        raise owner_gone(str(record.address))
    connection.execute(
        insert(_table),
        {
            "owner_uid": owner.uid,
            "environment_uid": environment_uid,
            "address": str(record.address),
            "owner_environment_uid": owner.environment_uid,
        },
    )


def _is_ending(record: ResourceRecord) -> bool:
    pending = record.pending
    return record.status is ResourceStatus.PENDING and pending is not None and pending.operation == "delete"


_NAMED = select(_table, _environment.c.application, _environment.c.name).join(
    _environment, _environment.c.uid == _table.c.environment_uid
)
_OF_OWNERS = _NAMED.where(_table.c.owner_environment_uid == bindparam("uid"))
_OF_READERS = _NAMED.where(_table.c.environment_uid == bindparam("uid"))
_HELD = select(_table.c.address, _table.c.owner_uid).where(
    _table.c.environment_uid == bindparam("environment"),
    _table.c.address.in_(bindparam("named", expanding=True)),
)
_DELETE = delete(_table).where(
    _table.c.environment_uid == bindparam("environment"), _table.c.address == bindparam("at")
)
_OWNER = (
    select(_resource.c.address, _resource.c.definition, _resource.c.body, _resource.c.checksum)
    .where(_resource.c.environment_uid == bindparam("environment"), _resource.c.uid == bindparam("uid"))
    .with_for_update(read=True)
)
