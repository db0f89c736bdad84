"""What every SQL store does alike, over transactions of whichever database keeps the tables."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress

from msgspec.structs import replace
from sqlalchemy import select, update

from ....drivers.secrets import SecretRow
from ....graph.diagnostics import Diagnostic
from ..builds import BuildRecord
from ..dump import Dump
from ..failures import lease_held, lease_lost, state_error
from ..records import EnvironmentRecord, Holder, Lease
from ..settings import CatalogScope, CatalogSetting
from ..store import Reseal, StateError
from . import schema
from .builds import add_build
from .environments import add_environment, amend_environment, remove_environment, rename_environment
from .lease import RAISE_SERIAL, Watch, acquire, end, revoke, stored_lease
from .reader import SqlReader, registered
from .rekeying import rekey
from .rows import add_secrets
from .settings import put_setting, remove_setting
from .transactions import Transactions
from .transfer import put_in, taken_out
from .writer import SqlWriter

_POLL_SECONDS = 0.2


class TableStore(ABC):
    """Implements ``StateStore`` but for what depends on where the tables are kept.

    ``url`` names the place without any password.
    """

    def __init__(self, url: str, database: Transactions, lease_seconds: float) -> None:
        self.url = url
        self._term_ms = round(lease_seconds * 1000)
        self._database = database
        self._store_id: str | None = None

    @abstractmethod
    def backup(self) -> str | None:
        """Write a consistent copy and say where it is; None where a store is backed up by its own means."""

    @abstractmethod
    def examine(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with the store and with what is recorded in it; reads all of it, changes nothing."""

    @abstractmethod
    def _make(self) -> None:
        """Make the store where there is none."""

    @abstractmethod
    def _absent(self) -> StateError:
        """Why there is no store."""

    @abstractmethod
    def _enter(self) -> None:
        """Note what is durable now, where anything outside the store remembers it."""

    @property
    def exists(self) -> bool:
        """Whether there is a store already."""
        return self._store_id is not None

    @property
    def store_id(self) -> str:
        """The id of the store; raises StateError while there is none."""
        if self._store_id is None:
            raise self._absent()
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

    def ensure(self) -> None:
        """Make the store where there is none."""
        if self._store_id is None:
            self._make()

    def register(self, environment: EnvironmentRecord) -> EnvironmentRecord:
        """Add an environment, and make the store if there is none; raises StateError if application and name are taken."""
        self.ensure()
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

    def take_out(self, environment_uid: str) -> Dump:
        """Everything about an environment at one moment; raises StateError if it is not registered."""
        with self._database.reading() as connection:
            return taken_out(connection, self.store_id, environment_uid)

    def put_in(self, dump: Dump, reseal: Reseal) -> EnvironmentRecord:
        """Add an environment that was taken out of another store, in one durable transaction."""
        self.ensure()
        with self._database.writing() as connection:
            new = put_in(connection, dump, reseal)
        self._enter()
        return new

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


def _name(environment: EnvironmentRecord) -> str:
    return f"{environment.application}/{environment.name}"
