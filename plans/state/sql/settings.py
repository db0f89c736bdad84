"""The rows of catalog settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, inspect, select

from ..settings import CatalogScope, CatalogSetting
from . import schema
from .body import Unreadable, dumped, loaded

_table = schema.catalog_setting


def catalog_settings(connection: Connection) -> tuple[CatalogSetting, ...]:
    """All settings, ordered by scope and subject; none in tables of version 1, which had no place for them."""
    if not inspect(connection).has_table(_table.name):
        return ()
    rows = connection.execute(select(_table)).all()
    return tuple(_setting(row) for row in sorted(rows, key=lambda row: (row.scope, row.subject)))


def put_setting(connection: Connection, setting: CatalogSetting) -> None:
    """Write a setting in place of the one of its scope and subject."""
    remove_setting(connection, setting.scope, setting.subject)
    data = {
        "source": setting.source,
        "ref": setting.ref,
        "commit": setting.commit,
        "at": setting.at,
        "actor": setting.actor,
    }
    body = dumped(data, "the catalog setting")
    row = {"scope": setting.scope.value, "subject": setting.subject, "body": body}
    connection.execute(insert(_table), row)


def remove_setting(connection: Connection, scope: CatalogScope, subject: str) -> bool:
    """Remove a setting; whether there was one."""
    mine = (_table.c.scope == scope.value, _table.c.subject == subject)
    return bool(connection.execute(delete(_table).where(*mine)).rowcount)


def _setting(row: Any) -> CatalogSetting:
    what = f"the catalog setting of {row.scope} {row.subject}".rstrip()
    data = loaded(row.body, what)
    try:
        return CatalogSetting(
            CatalogScope(row.scope),
            row.subject,
            data["source"],
            data["ref"],
            data["commit"],
            data["at"],
            data["actor"],
        )
    except (KeyError, ValueError) as error:
        raise Unreadable(what) from error
