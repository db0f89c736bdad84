"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret
from ...sdk import Context, Imported, NotFound, PermanentFault, Result
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
from .adopting import existing
from .models import MysqlConnection, MysqlInputs
from .session import session, take

_SERVERS = Servers(MysqlConnection, "mysql")


class Mysql(ServedDriver[MysqlInputs, DatabaseOutputs]):
    """A database and a user that has every right on it and none elsewhere."""

    name: ClassVar[str] = "mysql"
    summary: ClassVar[str] = "a database and its user in an existing MariaDB server"
    connection_kind: ClassVar[str | None] = "mysql"
    connection: ClassVar[type[BaseModel] | None] = MysqlConnection
    Inputs = MysqlInputs
    Outputs = DatabaseOutputs

    def read(self, context: Context, inputs: MysqlInputs | None) -> Result:
        """Both as they are; ``condition`` says what is amiss. The recorded password is compared as the server keeps it."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server, password = _SERVERS.given(context, inputs.server), recorded_password(context)
        with session(context, server) as opened:
            found = world.look(opened, inputs.database, inputs.user, context.token)
        if not found.user_is_ours and not found.database_is_ours:
            raise NotFound(f"the database {inputs.database} and its user are gone")
        condition = found.condition(inputs.collation, clear(context, password) if password else None)
        return Result(of_database(server, inputs.database, inputs.user, password, condition))

    def find(self, context: Context) -> Result | None:
        """The user and the database that carry the token; no password, because a server keeps none."""
        server = _SERVERS.recorded(context)
        if server is None:
            return None
        with session(context, server) as opened:
            user, database = world.names_of(opened, context.token)
            if user is None and database is None:
                return None
            outputs: dict[str, Any] = {"host": server.host, "port": server.port}
            if user is None or database is None:
                missing = "user" if user is None else "database"
                return Result({**outputs, "condition": f"the {missing} is missing"})
            condition = world.look(opened, database, user, context.token).condition(None)
        names = {"name": database, "database": database, "username": user}
        return Result({**outputs, **names, "condition": condition})

    def delete(self, context: Context) -> None:
        """Drop the user, end its sessions and drop the database, as far as they carry the token."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "database")
        if server is None or names is None:
            return
        here = f"--port={server.port}"
        sleeper = Sleeper("the MariaDB server", server.host, here, lambda: session(context, server))
        sleeper.awake(context, lambda: _drop(context, server, names))

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The database of this name; its user is the one that is asked for, whether there is one yet or not."""
        server = _SERVERS.planned(context, planned)
        asked = planned.get("username")
        user = asked if isinstance(asked, str) else external_id
        with session(context, server) as opened:
            found = existing(opened, external_id, user, context.token)
        found.check(context.token)
        inputs = {**planned, "database": external_id, "collation": found.held.collation}
        outputs = {"host": server.host, "port": server.port, "name": external_id, "database": external_id}
        return Imported(inputs, {**outputs, "username": user}, notes=found.notes)

    def adopt(self, context: Context, external_id: str, inputs: MysqlInputs) -> Result:
        """Mark the database and, if there is one, the user; give the user a new password and its rights."""
        with session(context, _SERVERS.given(context, inputs.server)) as opened:
            take(opened, context.token)
            found = existing(opened, external_id, inputs.user, context.token)
            found.check(context.token)
            world.claim(opened, found.held)
        return self.complete(context, inputs, None)

    def complete(self, context: Context, inputs: MysqlInputs, kept: Secret | SecretStr | None) -> Result:
        """See :class:`ServedDriver`."""
        server = _SERVERS.given(context, inputs.server)
        with session(context, server) as opened:
            take(opened, context.token)
            found = world.look(opened, inputs.database, inputs.user, context.token)
            found.check()
            password = password_to_have(context, kept)
            if not found.user_exists:
                world.make_user(opened, found, password)
            elif not found.lets_in(password):
                world.set_password(opened, found, password)
            context.cancelled.check()
            if not found.database_exists:
                context.progress(f"creating the database {inputs.database}")
            world.make_database(opened, found, inputs.collation)
        return Result(
            of_database(server, inputs.database, inputs.user, kept or SecretStr(password), COMPLETE)
        )


def _drop(context: Context, server: MysqlConnection, names: tuple[str, str]) -> None:
    with session(context, server) as opened:
        take(opened, context.token)
        world.drop(opened, world.look(opened, *names, context.token))
