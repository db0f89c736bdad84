"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret
from ...sdk import Context, Imported, NotFound, PermanentFault, Result
from ..served import (
    COMPLETE,
    ServedDriver,
    Servers,
    clear,
    new_password,
    of_database,
    password_to_have,
    recorded_names,
    recorded_password,
)
from . import holding as world
from .adopting import existing
from .models import MongodbConnection, MongodbInputs, MongodbOutputs, url
from .session import session

_SERVERS = Servers(MongodbConnection, "mongodb")


class Mongodb(ServedDriver[MongodbInputs, MongodbOutputs]):
    """A database and a user that may do everything in it but make other users, and nothing elsewhere."""

    name: ClassVar[str] = "mongodb"
    summary: ClassVar[str] = "a database and its user in an existing server of MongoDB's protocol"
    connection_kind: ClassVar[str | None] = "mongodb"
    connection: ClassVar[type[BaseModel] | None] = MongodbConnection
    Inputs = MongodbInputs
    Outputs = MongodbOutputs

    def read(self, context: Context, inputs: MongodbInputs | None) -> Result:
        """Both as they are; ``condition`` says what is amiss. The recorded password is tried."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server, password = _SERVERS.given(context, inputs.server), recorded_password(context)
        with session(context, server) as opened:
            found = world.look(opened, inputs.database, inputs.user, context.token)
            if not found.user_is_ours and not found.database_is_ours:
                raise NotFound(f"the database {inputs.database} and its user are gone")
            lets_in = None
            if password is not None and found.user_is_ours:
                lets_in = opened.lets_in(inputs.database, inputs.user, clear(context, password))
        return _result(context, server, inputs, password, found.condition(lets_in))

    def find(self, context: Context) -> Result | None:
        """The database and the user that carry the token; no password, because a server keeps none."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "database")
        if server is None:
            return None
        outputs: dict[str, Any] = {"host": server.host, "port": server.port}
        with session(context, server) as opened:
            if names is None:
                database = world.database_of(opened, context.token)
                if database is None:
                    return None
                names = database, world.user_of(opened, database, context.token) or database
            found = world.look(opened, *names, context.token)
        if not found.user_is_ours and not found.database_is_ours:
            return None
        outputs |= {"name": found.database, "database": found.database, "username": found.user}
        return Result({**outputs, "condition": found.condition(None)})

    def delete(self, context: Context) -> None:
        """Drop the user and the database with all that is in it, as far as they carry the token."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "database")
        if server is None or names is None:
            return
        with session(context, server) as opened:
            world.drop(opened, world.look(opened, *names, context.token))

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The database of this name; its user is the one that is asked for, whether there is one yet or not."""
        server = _SERVERS.planned(context, planned)
        asked = planned.get("username")
        user = asked if isinstance(asked, str) else external_id
        with session(context, server) as opened:
            found = existing(opened, external_id, user, context.token)
        found.check()
        outputs = {"host": server.host, "port": server.port, "name": external_id, "database": external_id}
        inputs = {**planned, "database": external_id}
        return Imported(inputs, {**outputs, "username": user}, notes=found.notes)

    def adopt(self, context: Context, external_id: str, inputs: MongodbInputs) -> Result:
        """Mark the database; make its user, or give the one there is a new password, its roles and the mark."""
        server = _SERVERS.given(context, inputs.server)
        password = new_password()
        with session(context, server) as opened:
            found = existing(opened, external_id, inputs.user, context.token)
            found.check()
            world.claim(opened, found.held)
            world.make_user(opened, found.held, password)
        return _result(context, server, inputs, SecretStr(password), COMPLETE)

    def complete(self, context: Context, inputs: MongodbInputs, kept: Secret | SecretStr | None) -> Result:
        """See :class:`ServedDriver`."""
        server = _SERVERS.given(context, inputs.server)
        password = password_to_have(context, kept)
        with session(context, server) as opened:
            found = world.look(opened, inputs.database, inputs.user, context.token)
            found.check()
            context.cancelled.check()
            world.make_database(opened, found)
            world.make_user(opened, found, password)
        return _result(context, server, inputs, kept or SecretStr(password), COMPLETE)


def _result(
    context: Context,
    server: MongodbConnection,
    inputs: MongodbInputs,
    password: Secret | SecretStr | None,
    condition: str,
) -> Result:
    outputs = of_database(server, inputs.database, inputs.user, password, condition)
    if password is None:
        return Result(outputs)
    connection = url(server, inputs.database, inputs.user, clear(context, password))
    recorded = context.prior.outputs.get("connection") if context.prior else None
    same = isinstance(recorded, Secret | SecretStr) and clear(context, recorded) == connection
    return Result({**outputs, "connection": recorded if same else SecretStr(connection)})
