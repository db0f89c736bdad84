"""The SQL store: opened by URL, kept in one SQLite file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, update

from ....drivers.secrets import SecretRow
from ....graph.diagnostics import Diagnostic
from ..backup import write_backup
from ..builds import BuildRecord
from ..doctor import examine
from ..failures import lease_held, lease_lost, state_error
from ..records import EnvironmentRecord, Holder, Lease
from ..registry import StoreRegistry
from ..settings import CatalogScope, CatalogSetting
from ..store import Reseal, StateError
from . import schema
from .builds import add_build
from .creation import create_file, migrate
from .database import Database
from .environments import add_environment, amend_environment, remove_environment, rename_environment
from .integrity import examine_file
from .lease import LEASE_SECONDS, RAISE_SERIAL, Watch, acquire, end, revoke, stored_lease
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
from .reader import SqlReader, registered
from .rekeying import rekey
from .rows import add_secrets
from .settings import put_setting, remove_setting
from .writer import SqlWriter

_POLL_SECONDS = 0.2


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


class SqlStore:
    """Implements ``StateStore``. ``path`` is the file; made by :func:`open_store`."""

    def __init__(self, url: str, database: Database, registry: StoreRegistry, lease_seconds: float) -> None:
        self.url = url
        self.path = database.path
        self.registry = registry
        self._term_ms = round(lease_seconds * 1000)
        self._database = database
        self._store_id: str | None = None

    def check(self, *, writing: bool, accept: bool) -> None:
        """Look at the file once: which store it is, whether it can be read and is the one that was last seen."""
        found = standing(self._database)
        check_version(found, self.path)
        if not accept:
            check_age(found, self.path, self.registry)
            if writing:
                check_place(found, self.path, self.registry)
        self._store_id = found.store_id
        if found.schema_version < schema.SCHEMA_VERSION:
            if writing:
                self.backup()
                migrate(self._database)
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

    @property
    def store_id(self) -> str:
        """The id of the store; raises StateError while there is none."""
        if self._store_id is None:
            raise absent(self.path, self.registry)
        return self._store_id

    def reader(self) -> SqlReader:
        """A reader; raises StateError while there is no store."""
        return SqlReader(self._database, self.store_id)

    @contextmanager
    def hold(self, environment_uid: str, holder: Holder, *, wait: float = 0.0) -> Generator[SqlWriter]:
        """Take the lease, waiting at most ``wait`` seconds; raises LeaseHeld. Leaving the context gives it back.

        One that ran out is taken over, and at once one whose holder is gone from this machine.
        """
        writer = self._take(environment_uid, holder, time.monotonic() + wait)
        try:
            yield writer
        finally:
            # What fails here must not hide what happened inside; a lease that is not given back runs out by itself.
            with suppress(StateError):
                if writer.lapses:
                    self._enter()
                else:
                    self._give_back(writer.lease)

    def register(self, environment: EnvironmentRecord) -> EnvironmentRecord:
        """Add an environment, and make the store if there is none; raises StateError if application and name are taken."""
        if self._store_id is None:
            create_file(self.path)
            self.check(writing=True, accept=True)
        new = replace(environment, serial=0, revision=0)
        with self._database.writing() as connection:
            add_environment(connection, new)
        self._enter()
        return new

    def amend(self, environment: EnvironmentRecord, secrets: Sequence[SecretRow] = ()) -> None:
        """Write variables, images, expiry, pause and note of a registered environment, and new versions of its secrets.

        Raises BasisMoved if somebody amended it since it was read.
        """
        with self._database.writing() as connection:
            amend_environment(connection, environment)
            add_secrets(connection, environment.uid, secrets)
        self._enter()

    def rename(self, environments: Sequence[EnvironmentRecord], leases: Sequence[Lease]) -> None:
        """Write registered environments under other names, all of them or none; whoever renames holds them all."""
        with self._database.writing() as connection:
            for lease in leases:
                held = {"environment": lease.environment_uid, "fence": lease.fence}
                if not connection.execute(RAISE_SERIAL, held).rowcount:
                    now = stored_lease(connection, lease.environment_uid)
                    name = _name(registered(connection, lease.environment_uid))
                    raise lease_lost(name, lease.fence, now.lease() if now else None)
            for environment in environments:
                rename_environment(connection, environment)
        self._enter()

    def forget(self, environment_uid: str) -> None:
        """Remove an environment with all its rows; raises StateError while it has resources or is held."""
        with self._database.writing() as connection:
            environment = registered(connection, environment_uid)
            found = stored_lease(connection, environment_uid)
            if found is not None and not found.lapsed(self._database.now_ms(connection)):
                raise lease_held(_name(environment), found.lease())
            remove_environment(connection, environment)
        self._enter()

    def unlock(self, environment_uid: str, fence: int) -> Lease | None:
        """Take the lease with this fence away, so that its holder's next write is refused; None if it is not current."""
        with self._database.writing() as connection:
            found = stored_lease(connection, environment_uid)
            if found is None or found.fence != fence:
                return None
            revoke(connection, environment_uid, fence)
        return found.lease()

    def use_catalog(self, setting: CatalogSetting) -> None:
        """Set a catalog, in place of the one that was set for the same; raises StateError while there is no store."""
        self.reader()
        with self._database.writing() as connection:
            put_setting(connection, setting)

    def clear_catalog(self, scope: CatalogScope, subject: str) -> bool:
        """Take a setting away; whether there was one."""
        self.reader()
        with self._database.writing() as connection:
            return remove_setting(connection, scope, subject)

    def record_build(self, build: BuildRecord) -> BuildRecord:
        """Record a build; the id that it has is the next one. Raises StateError while there is no store."""
        self.reader()
        with self._database.writing() as connection:
            return add_build(connection, build)

    def set_key_id(self, key_id: str) -> None:
        """Record which key encrypts local secrets; raises StateError when another one is recorded."""
        with self._database.writing() as connection:
            recorded = connection.scalar(select(schema.store.c.key_id))
            if recorded not in (None, key_id):
                raise state_error(
                    "wrong-key",
                    f"the secrets of this state are encrypted with key {recorded}, not with {key_id}",
                    "import the key that belongs to it",
                )
            connection.execute(update(schema.store).values(key_id=key_id))

    def rekey(self, former: str, key_id: str, reseal: Reseal) -> int:
        """Encrypt every secret anew and record ``key_id`` as their key, in one durable transaction; how many there were.

        Raises LeaseHeld while any environment is held, StateError when another key than ``former`` is recorded.
        """
        self.reader()
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            return rekey(connection, now, (former, key_id), reseal)

    def backup(self) -> str:
        """Write a consistent copy into the folder ``backups`` beside the state and return its path; keeps five."""
        self.reader()
        try:
            with self._database.raw() as connection:
                return str(write_backup(connection, self.path))
        except (OSError, sqlite3.Error) as error:
            raise state_error(
                "backup-failed",
                f"no backup of {self.path} was written: {error}",
                "the state itself is as it was; look at the room on its disk",
            ) from error

    def examine(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with the file and with what is recorded in it; reads all of it, changes nothing."""
        found = standing(self._database)
        try:
            check_place(found, self.path, self.registry)
        except StateError as error:
            return (*error.diagnostics, *examine_file(self._database), *examine(self.reader()))
        return (*examine_file(self._database), *examine(self.reader()))

    def close(self) -> None:
        """Release files and connections; the store can be used again."""
        self._database.close()

    def _take(self, environment_uid: str, holder: Holder, deadline: float) -> SqlWriter:
        watch = Watch(self._term_ms)
        while True:
            with self._database.writing() as connection:
                environment = registered(connection, environment_uid)
                found = stored_lease(connection, environment_uid)
                now = self._database.now_ms(connection)
                former = None if found is None else found.lease()
                if found is None or found.lapsed(now) or watch.unchanged(found):
                    lease = acquire(connection, environment_uid, holder, now, self._term_ms).lease()
                    return SqlWriter(self._database, lease, former, self._term_ms)
            left = deadline - time.monotonic()
            if left <= 0:
                raise lease_held(_name(environment), found.lease())
            time.sleep(min(left, _POLL_SECONDS))

    def _give_back(self, lease: Lease) -> None:
        with self._database.writing() as connection:
            end(connection, lease.environment_uid, lease.fence)
        self._enter()

    def _enter(self) -> None:
        """Write into the user's registry what is durable now. It only guards: that it cannot be written stops nothing."""
        found = standing(self._database)
        self.disown()
        with suppress(OSError):
            self.registry.record(registration(found, self.path))


def _name(environment: EnvironmentRecord) -> str:
    return f"{environment.application}/{environment.name}"
