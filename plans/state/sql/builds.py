"""The rows of builds."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, insert, inspect, select

from ..builds import BuildRecord
from . import schema
from .body import Unreadable, dumped, loaded

_table = schema.build


def builds_of(connection: Connection, application: str) -> tuple[BuildRecord, ...]:
    """The builds of an application in the order of their arrival; none in tables that had no place for them."""
    if not inspect(connection).has_table(_table.name):
        return ()
    rows = connection.execute(select(_table).where(_table.c.application == application).order_by(_table.c.id))
    return tuple(_record(row) for row in rows)


def add_build(connection: Connection, build: BuildRecord) -> BuildRecord:
    """Add a build; the id that it has is the next one, whatever was given."""
    data = {
        "workload": build.workload,
        "container": build.container,
        "image": build.image,
        "ref": build.ref,
        "commit": build.commit,
        "number": build.number,
        "built": build.built,
        "received": build.received,
        "actor": build.actor,
    }
    row = {"application": build.application, "body": dumped(data, "the build")}
    (given,) = connection.execute(insert(_table), row).inserted_primary_key or (0,)
    return replace(build, id=int(given))


def _record(row: Any) -> BuildRecord:
    what = f"build {row.id}"
    data = loaded(row.body, what)
    del data["format"]
    try:
        return BuildRecord(id=row.id, application=row.application, **data)
    except TypeError as error:
        raise Unreadable(what) from error
