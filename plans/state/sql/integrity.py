"""Looks every page of the file through."""

from __future__ import annotations

import sqlite3

from ....graph.diagnostics import Diagnostic
from ..failures import damaged
from .database import Database

_MOST = 20


def examine_file(database: Database) -> tuple[Diagnostic, ...]:
    """What is wrong with the file itself, at most twenty findings; reads all of it, changes nothing."""
    try:
        with database.raw() as connection:
            lines = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST})")]
            lines += [
                f"a row of {row[0]} belongs to nothing"
                for row in connection.execute("PRAGMA foreign_key_check")
            ]
    except sqlite3.Error as error:
        lines = [str(error)]
    found = [line for line in lines if line != "ok"][:_MOST]
    return tuple(
        d
        for line in found
        for d in damaged("state-corrupt", database.path, f"the state {database.path}: {line}").diagnostics
    )
