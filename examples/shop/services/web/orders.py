"""The orders in the database: the one table that the shop has, and what is asked of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

SCHEMA = """
create table if not exists orders (
    id bigint generated always as identity primary key,
    bread text not null,
    customer text not null,
    placed_at timestamptz not null default now(),
    baking_since timestamptz,
    baked_at timestamptz
)
"""
MIGRATION = 7_431_001  # any number: the lock that keeps two migrations from running at once
PATIENCE = "30 seconds"  # an order whose baker has not come back by then is given to another


@dataclass(frozen=True)
class Order:
    """One loaf for one customer."""

    id: int
    bread: str
    customer: str
    placed_at: datetime
    baking_since: datetime | None
    baked_at: datetime | None

    @property
    def state(self) -> str:
        """``baked``, ``baking`` or ``waiting``."""
        if self.baked_at:
            return "baked"
        return "baking" if self.baking_since else "waiting"

    def as_json(self) -> dict[str, Any]:
        """What the worker and the page's script read."""
        return {"id": self.id, "bread": self.bread, "customer": self.customer, "state": self.state}


class Orders:
    """The orders of one database. Each call has a connection of its own, so a new password needs no care here."""

    def __init__(self, url: str) -> None:
        self._url = url

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, connect_timeout=3)

    def migrate(self) -> None:
        """Make the table if there is none; safe to run at any time, also twice at once."""
        with self._connect() as connection:
            connection.execute("select pg_advisory_xact_lock(%s)", (MIGRATION,))
            connection.execute(SCHEMA)

    def check(self) -> None:
        """Raise ``psycopg.Error`` unless the table can be read."""
        with self._connect() as connection:
            connection.execute("select 1 from orders limit 1")

    def latest(self, count: int = 40) -> list[Order]:
        """The newest orders, newest first."""
        with self._connect() as connection, connection.cursor(row_factory=class_row(Order)) as cursor:
            return cursor.execute("select * from orders order by id desc limit %s", (count,)).fetchall()

    def place(self, bread: str, customer: str) -> int:
        """Add an order; returns its number."""
        with self._connect() as connection:
            row = connection.execute(
                "insert into orders (bread, customer) values (%s, %s) returning id", (bread, customer)
            ).fetchone()
        assert row is not None
        return int(row[0])

    def take(self) -> Order | None:
        """Hand the oldest waiting order to a baker; no two bakers get the same one."""
        with self._connect() as connection, connection.cursor(row_factory=class_row(Order)) as cursor:
            return cursor.execute(
                """
                update orders set baking_since = now() where id = (
                    select id from orders
                    where baked_at is null and (baking_since is null or baking_since < now() - %s::interval)
                    order by id limit 1 for update skip locked
                ) returning *
                """,
                (PATIENCE,),
            ).fetchone()

    def finish(self, number: int) -> bool:
        """Mark an order as baked; False when there is none with this number."""
        with self._connect() as connection:
            done = connection.execute(
                "update orders set baked_at = coalesce(baked_at, now()) where id = %s", (number,)
            )
            return done.rowcount == 1
