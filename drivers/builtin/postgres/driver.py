"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret, has_unknown
from ...sdk import (
    Context,
    Imported,
    NotFound,
    PermanentFault,
    Result,
)
from ..local.waking import Sleeper
from ..served import (
    COMPLETE,
    DatabaseOutputs,
    ServedDriver,
    Servers,
    clear,
    of_database,
    password_to_have,
    recorded_names,
    recorded_password,
)
from . import holding as world
from .adopting import existing, extensions
from .models import PostgresConnection, PostgresInputs
from .session import opens, session, take

if TYPE_CHECKING:
    from .session import Session

_SERVERS = Servers(PostgresConnection, "postgres")


class Postgres(ServedDriver[PostgresInputs, DatabaseOutputs]):
    """A database owned by a role of its own, which alone may connect."""

    name: ClassVar[str] = "postgres"
    summary: ClassVar[str] = "a database and its role in an existing PostgreSQL server"
    connection_kind: ClassVar[str | None] = "postgres"
    connection: ClassVar[type[BaseModel] | None] = PostgresConnection
    Inputs = PostgresInputs
    Outputs = DatabaseOutputs

    def read(self, context: Context, inputs: PostgresInputs | None) -> Result:
        """Both as they are; ``condition`` says what is amiss. The password cannot be read, but it can be tried."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server = _SERVERS.given(context, inputs.server)
        with session(context, server) as connection:
            found = world.look(connection, inputs.database, inputs.role, context.token)
        if not found.role_is_ours and not found.database_is_ours:
            raise NotFound(f"the database {inputs.database} and its role are gone")
        condition, password = found.condition, recorded_password(context)
        if condition == COMPLETE and password is not None:
            tried = opens(context, server, inputs.database, inputs.role, clear(context, password))
            condition = COMPLETE if tried else f"the role {inputs.role} has another password"
        return Result(of_database(server, inputs.database, inputs.role, password, condition))

    def find(self, context: Context) -> Result | None:
        """The role that carries the token and its database; no password, because a server keeps none."""
        server = _SERVERS.recorded(context)
        if server is None:
            return None
        with session(context, server) as connection:
            names = world.names_of(connection, context.token)
        if names is None:
            return None
        role, database = names
        outputs: dict[str, Any] = {"host": server.host, "port": server.port, "username": role}
        if database is None:
            return Result({**outputs, "condition": "the database is missing"})
        return Result({**outputs, "name": database, "database": database, "condition": COMPLETE})

    def delete(self, context: Context) -> None:
        """End all sessions and drop database and role, as far as they carry the token."""
        server = _SERVERS.recorded(context)
        names = recorded_names(context, "database")
        if server is None or names is None:
            return
        here = f"port={server.port}"
        sleeper = Sleeper("the PostgreSQL server", server.host, here, lambda: session(context, server))
        sleeper.awake(context, lambda: _drop(context, server, names))

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The database of this name and the role that owns it."""
        server = _SERVERS.planned(context, planned)
        given = planned.get("extensions") or ()
        asked: tuple[str, ...] = () if has_unknown(given) else tuple(given)
        with session(context, server) as connection:
            found = existing(connection, external_id)
        found.check(context.token)
        inputs = {**planned, "database": found.database}
        if planned.get("username") is not None or found.role != found.database:
            inputs["username"] = found.role
        if asked:
            with session(context, server, external_id) as connection:
                there = extensions(connection)
            inputs["extensions"] = [name for name in asked if name in there]
        outputs = {
            "host": server.host,
            "port": server.port,
            "name": found.database,
            "database": found.database,
        }
        return Imported(inputs, {**outputs, "username": found.role}, notes=found.notes)

    def adopt(self, context: Context, external_id: str, inputs: PostgresInputs) -> Result:
        """Mark role and database, shut out everybody else, and give the role a new password."""
        server = _SERVERS.given(context, inputs.server)
        with session(context, server) as connection:
            take(connection, context.token)
            existing(connection, external_id).check(context.token)
            world.claim(connection, world.look(connection, inputs.database, inputs.role, context.token))
        return self.complete(context, inputs, None)

    def complete(self, context: Context, inputs: PostgresInputs, kept: Secret | SecretStr | None) -> Result:
        """See :class:`ServedDriver`."""
        server = _SERVERS.given(context, inputs.server)
        with session(context, server) as connection:
            take(connection, context.token)
            found = world.look(connection, inputs.database, inputs.role, context.token)
            found.check()
            password = password_to_have(context, kept)
            if not found.role_exists:
                world.make_role(connection, found, password)
            else:
                world.set_password(connection, found, password)
            context.cancelled.check()
            if not found.database_exists:
                context.progress(f"creating the database {inputs.database}")
            world.make_database(connection, found)
        if inputs.extensions:
            with session(context, server, inputs.database) as connection:
                _extend(connection, inputs.extensions)
        return Result(
            of_database(server, inputs.database, inputs.role, kept or SecretStr(password), COMPLETE)
        )


def _drop(context: Context, server: PostgresConnection, names: tuple[str, str]) -> None:
    with session(context, server) as connection:
        take(connection, context.token)
        world.drop(connection, world.look(connection, *names, context.token))


def _extend(connection: Session, extensions: tuple[str, ...]) -> None:
    from psycopg import sql

    for extension in extensions:
        connection.execute(
            sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(sql.Identifier(extension))
        )
