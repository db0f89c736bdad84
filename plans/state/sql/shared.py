"""The SQL store in a PostgreSQL database: one for a team, made by its first environment."""

from __future__ import annotations

from sqlalchemy import insert, inspect, text, update
from sqlalchemy.schema import CreateSchema

from ....graph.diagnostics import Diagnostic
from ..doctor import examine
from ..failures import state_error
from ..store import StateError
from . import schema
from .creation import first_row
from .lease import LEASE_SECONDS
from .opening import Standing, check_version, read_standing
from .postgres import SharedDatabase, address_of
from .tables import TableStore


def open_shared(url: str, *, create: bool, lease_seconds: float = LEASE_SECONDS) -> SharedStore:
    """Open the store at a ``postgresql://`` URL.

    With ``create`` false nothing is ever made or changed by opening. With ``create`` true older tables are brought up to
    date, and tables that do not exist are made by the first :meth:`SharedStore.register`. Raises StateError.
    """
    store = SharedStore(SharedDatabase(address_of(url)), lease_seconds)
    try:
        store.check(writing=create)
    except StateError as error:
        if create and error.diagnostics[0].code == "no-store":
            return store
        store.close()
        raise
    return store


class SharedStore(TableStore):
    """Implements ``StateStore``; made by :func:`open_shared`."""

    def __init__(self, database: SharedDatabase, lease_seconds: float) -> None:
        super().__init__(database.address.url, database, lease_seconds)
        self._shown = database.address.shown
        self._schema = database.address.schema

    def check(self, *, writing: bool) -> None:
        """Look at the tables once: which store it is, and whether this program can use them."""
        found = self._standing()
        check_version(found, self._shown)
        if found.schema_version < schema.SCHEMA_VERSION and writing:
            self._migrate()
        elif found.schema_version < schema.OLDEST_READABLE:
            what = f"the state {self._shown} has tables of version {found.schema_version}"
            raise state_error("state-old-version", what, "the next apply brings them up to date")
        self._store_id = found.store_id

    def backup(self) -> None:
        """Nothing: a server is backed up by means of its own."""

    def examine(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with what is recorded; reads all of it, changes nothing."""
        return examine(self.reader())

    def _standing(self) -> Standing:
        with self._database.reading() as connection:
            if not inspect(connection).has_table(schema.store.name, schema=self._schema):
                raise self._absent()
            if not connection.scalar(_MAY_USE, {"schema": self._schema}):
                raise state_error(
                    "state-forbidden",
                    f"the state {self._shown}: the role may not use its schema",
                    "let its owner allow it: GRANT USAGE on the schema, and everything on its tables and sequences",
                )
            found = read_standing(connection)
        if found is None:
            raise state_error("state-corrupt", f"the state {self._shown} does not say which store it is")
        return found

    def _make(self) -> None:
        """Make schema and tables, unless another process did meanwhile."""
        from .migrations import upgrade

        with self._database.writing() as connection:
            if not inspect(connection).has_schema(self._schema):
                connection.execute(CreateSchema(self._schema))
            if not inspect(connection).has_table(schema.store.name, schema=self._schema):
                upgrade(connection)
                connection.execute(insert(schema.store), first_row())
        self.check(writing=True)

    def _migrate(self) -> None:
        """Bring the tables to this version's; whoever comes second finds nothing left to do."""
        from .migrations import upgrade

        with self._database.writing() as connection:
            upgrade(connection)
            connection.execute(update(schema.store).values(schema_version=schema.SCHEMA_VERSION))

    def _absent(self) -> StateError:
        return state_error(
            "no-store",
            f"there is no state {self._shown}",
            "`bakehouse env create` makes it, or look again at the URL",
        )

    def _enter(self) -> None:
        """Nothing: a server does not vanish by being moved, and its copies are not ours to notice."""


_MAY_USE = text("SELECT has_schema_privilege(:schema, 'USAGE')")
