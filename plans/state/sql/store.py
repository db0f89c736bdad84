"""The SQL store in one SQLite file: opened by URL, guarded by the user's registry, backed up beside itself."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from ....graph.diagnostics import Diagnostic
from ..backup import write_backup
from ..doctor import examine
from ..failures import state_error
from ..registry import StoreRegistry
from ..store import StateError
from . import schema
from .creation import create_file, migrate
from .database import Database
from .integrity import examine_file
from .lease import LEASE_SECONDS
from .opening import (
    absent,
    check_age,
    check_place,
    check_version,
    is_there,
    registration,
    standing,
    store_path,
)
from .tables import TableStore


def open_store(
    url: str,
    *,
    create: bool,
    state_home: Path,
    accept_new_state: bool = False,
    base: Path | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> SqlStore:
    """Open the store at ``url``; a relative path lies below ``base`` (the working folder if None).

    With ``create`` false nothing is ever made or changed by opening: no file is ``no-store``, older tables are
    ``state-old-version``. With ``create`` true older tables are brought up to date, and a store that does not
    exist is made by its first :meth:`SqlStore.register`. ``accept_new_state`` accepts for good, also for later
    calls, a file that is missing, older than what the user's registry below ``state_home`` has seen, or a copy.
    """
    path = store_path(url, base or Path.cwd())
    store = SqlStore(url, Database(path), StoreRegistry(state_home), lease_seconds)
    if is_there(path):
        try:
            store.check(writing=create, accept=accept_new_state)
        except StateError:
            store.close()
            raise
        return store
    if create and accept_new_state:
        store.disown()
        return store
    missing = absent(path, store.registry)
    if create and missing.diagnostics[0].code == "no-store":
        return store
    raise missing


class SqlStore(TableStore):
    """Implements ``StateStore``. ``path`` is the file; made by :func:`open_store`."""

    def __init__(self, url: str, database: Database, registry: StoreRegistry, lease_seconds: float) -> None:
        super().__init__(url, database, lease_seconds)
        self.path = database.path
        self.registry = registry
        self._file = database

    def check(self, *, writing: bool, accept: bool) -> None:
        """Look at the file once: which store it is, whether it can be read and is the one that was last seen."""
        found = standing(self._file)
        check_version(found, str(self.path))
        if not accept:
            check_age(found, self.path, self.registry, lambda: standing(self._file))
            if writing:
                check_place(found, self.path, self.registry)
        self._store_id = found.store_id
        if found.schema_version < schema.SCHEMA_VERSION:
            if writing:
                self.backup()
                migrate(self._file)
            elif found.schema_version < schema.OLDEST_READABLE:
                raise state_error(
                    "state-old-version",
                    f"the state {self.path} has tables of version {found.schema_version}",
                    "the next apply brings them up to date, after a backup",
                )
        if accept:
            self._enter()

    def disown(self) -> None:
        """Let the user's registry forget another store that lay here."""
        with suppress(OSError):
            other = self.registry.at(self.path)
            if other is not None and other.store_id != self._store_id:
                self.registry.forget(other.store_id)

    def backup(self) -> str:
        """Write a consistent copy into the folder ``backups`` beside the state and return its path; keeps five."""
        self.reader()
        try:
            with self._file.raw() as connection:
                return str(write_backup(connection, self.path))
        except (OSError, sqlite3.Error) as error:
            raise state_error(
                "backup-failed",
                f"no backup of {self.path} was written: {error}",
                "the state itself is as it was; look at the room on its disk",
            ) from error

    def examine(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with the file and with what is recorded in it; reads all of it, changes nothing."""
        found = standing(self._file)
        try:
            check_place(found, self.path, self.registry)
        except StateError as error:
            return (*error.diagnostics, *examine_file(self._file), *examine(self.reader()))
        return (*examine_file(self._file), *examine(self.reader()))

    def _make(self) -> None:
        """Make the file, unless another process did meanwhile."""
        create_file(self.path)
        self.check(writing=True, accept=True)

    def _absent(self) -> StateError:
        return absent(self.path, self.registry)

    def _enter(self) -> None:
        """Write into the user's registry what is durable now. It only guards: that it cannot be written stops nothing."""
        found = standing(self._file)
        self.disown()
        with suppress(OSError):
            self.registry.record(registration(found, self.path))
