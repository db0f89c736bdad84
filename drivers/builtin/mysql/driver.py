"""The driver itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret
from ...sdk import Context, Imported, NotFound, PermanentFault, Result
from ..local.waking import Sleeper
from ..served import ServedDriver, Servers, clear, recorded_password
from . import holding as world
from .adopting import existing
from .models import COMPLETE, MysqlConnection, MysqlInputs, MysqlOutputs
from .session import session, take

_PASSWORD_BYTES = 24
_SERVERS = Servers(MysqlConnection, "mysql")


class Mysql(ServedDriver[MysqlInputs, MysqlOutputs]):
    """A database and a user that has every right on it and none elsewhere."""

    name: ClassVar[str] = "mysql"
    summary: ClassVar[str] = "a database and its user in an existing MariaDB server"
    connection_kind: ClassVar[str | None] = "mysql"
    connection: ClassVar[type[BaseModel] | None] = MysqlConnection
    Inputs = MysqlInputs
    Outputs = MysqlOutputs

    def read(self, context: Context, inputs: MysqlInputs | None) -> Result:
        """Both as they are; ``condition`` says what is amiss. The password itself cannot be read."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server = _SERVERS.given(context, inputs.server)
        with session(context, server) as opened:
            found = world.look(opened, inputs.database, inputs.user, context.token)
        if not found.user_is_ours and not found.database_is_ours:
            raise NotFound(f"the database {inputs.database} and its user are gone")
        return _result(server, inputs, recorded_password(context), found.condition(inputs.collation))

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
        server, names = _SERVERS.recorded(context), _recorded_names(context)
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
            password = clear(context, kept) if kept else secrets.token_urlsafe(_PASSWORD_BYTES)
            if not found.user_exists:
                world.make_user(opened, found, password)
            elif kept is None:
                world.set_password(opened, found, password)
            context.cancelled.check()
            if not found.database_exists:
                context.progress(f"creating the database {inputs.database}")
            world.make_database(opened, found, inputs.collation)
        return _result(server, inputs, kept or SecretStr(password), COMPLETE)


def _drop(context: Context, server: MysqlConnection, names: tuple[str, str]) -> None:
    with session(context, server) as opened:
        take(opened, context.token)
        world.drop(opened, world.look(opened, *names, context.token))


def _recorded_names(context: Context) -> tuple[str, str] | None:
    if context.prior is None:
        return None
    recorded = {**context.prior.inputs, **context.prior.outputs}
    database = recorded.get("database")
    if not isinstance(database, str):
        return None
    user = recorded.get("username") or database
    return (database, user) if isinstance(user, str) else None


def _result(
    server: MysqlConnection, inputs: MysqlInputs, password: Secret | SecretStr | None, condition: str
) -> Result:
    outputs = {
        "host": server.host,
        "port": server.port,
        "name": inputs.database,
        "database": inputs.database,
        "username": inputs.user,
        "condition": condition,
    }
    return Result(outputs if password is None else {**outputs, "password": password})
