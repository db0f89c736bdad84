"""The lease of an environment: one row whose fence only rises, timed by the database's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, bindparam, select, update

from ..holder import is_gone
from ..records import Holder, Lease
from . import schema
from .codec import holder_body, holder_record

LEASE_SECONDS = 30.0


class StoredLease(Struct, frozen=True):
    """The row of a lease that somebody holds or held; times are milliseconds since 1970 of the database's clock."""

    environment_uid: str
    fence: int
    holder: Holder
    acquired_ms: int
    expires_ms: int

    def lease(self) -> Lease:
        """The same with times as ISO 8601."""
        times = iso(self.acquired_ms), iso(self.expires_ms)
        return Lease(self.environment_uid, self.fence, self.holder, *times)

    def lapsed(self, now_ms: int) -> bool:
        """Whether it may be taken over: it ran out, or its holder is surely gone."""
        return self.expires_ms <= now_ms or is_gone(self.holder)


class Watch:
    """Notices by this process's own clock that a lease is not extended any more, whatever the database's clock says."""

    def __init__(self, term_ms: int) -> None:
        self._term = term_ms / 1000
        self._seen: tuple[int, int] | None = None
        self._since = 0.0

    def unchanged(self, found: StoredLease) -> bool:
        """Whether the lease has been looking like this for its full term."""
        looks = found.fence, found.expires_ms
        if looks != self._seen:
            self._seen, self._since = looks, time.monotonic()
        return time.monotonic() - self._since >= self._term


def iso(milliseconds: int) -> str:
    """A moment as ISO 8601 in UTC."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stored_lease(connection: Connection, environment_uid: str) -> StoredLease | None:
    """The lease that was not given back, run out or not; None if nobody has one."""
    query = select(schema.lease).where(schema.lease.c.environment_uid == environment_uid)
    row = connection.execute(query).one_or_none()
    if row is None or row.holder is None:
        return None
    return StoredLease(environment_uid, row.fence, holder_record(row.holder), row.acquired_ms, row.expires_ms)


def acquire(
    connection: Connection, environment_uid: str, holder: Holder, now_ms: int, term_ms: int
) -> StoredLease:
    """Write a new lease with the next fence, whoever had one before."""
    table = schema.lease
    values = {
        "fence": table.c.fence + 1,
        "holder": holder_body(holder),
        "acquired_ms": now_ms,
        "expires_ms": now_ms + term_ms,
    }
    connection.execute(update(table).where(table.c.environment_uid == environment_uid).values(values))
    fence = connection.execute(
        select(table.c.fence).where(table.c.environment_uid == environment_uid)
    ).scalar_one()
    return StoredLease(environment_uid, fence, holder, now_ms, now_ms + term_ms)


def extend(connection: Connection, held: Lease, expires_ms: int) -> bool:
    """Move the end of a lease; False if it is not the holder's any more."""
    table = schema.lease
    mine = (
        table.c.environment_uid == held.environment_uid,
        table.c.fence == held.fence,
        table.c.holder.is_not(None),
    )
    return bool(connection.execute(update(table).where(*mine).values(expires_ms=expires_ms)).rowcount)


def revoke(connection: Connection, environment_uid: str, fence: int) -> None:
    """Let a lease run out at once, its fence outdated; who had it stays known to whoever takes it next."""
    table = schema.lease
    mine = (table.c.environment_uid == environment_uid, table.c.fence == fence)
    connection.execute(update(table).where(*mine).values(fence=table.c.fence + 1, expires_ms=0))


def end(connection: Connection, environment_uid: str, fence: int) -> None:
    """End a lease; without effect if it is not the one with this fence."""
    table = schema.lease
    mine = (table.c.environment_uid == environment_uid, table.c.fence == fence)
    ended = {"fence": table.c.fence + 1, "holder": None, "expires_ms": 0}
    connection.execute(update(table).where(*mine).values(ended))


RAISE_SERIAL = (
    update(schema.environment)
    .where(
        schema.environment.c.uid == bindparam("environment"),
        select(schema.lease.c.fence)
        .where(schema.lease.c.environment_uid == bindparam("environment"))
        .scalar_subquery()
        == bindparam("fence"),
    )
    .values(serial=schema.environment.c.serial + 1)
)
"""Raises an environment's serial if the fence is current: it touches one row then, else none."""
