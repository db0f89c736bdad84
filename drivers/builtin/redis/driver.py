"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret
from ...sdk import Context, NotFound, PermanentFault, Result
from ..served import (
    COMPLETE,
    ServedDriver,
    Servers,
    clear,
    password_to_have,
    recorded_names,
    recorded_password,
)
from . import holding as world
from .models import RedisConnection, RedisInputs, RedisOutputs
from .session import session

_SERVERS = Servers(RedisConnection, "redis")


class Redis(ServedDriver[RedisInputs, RedisOutputs]):
    """A user that may use the keys and channels of one prefix, and nothing else."""

    name: ClassVar[str] = "redis"
    summary: ClassVar[str] = "a user with keys of its own in an existing Redis server"
    connection_kind: ClassVar[str | None] = "redis"
    connection: ClassVar[type[BaseModel] | None] = RedisConnection
    Inputs = RedisInputs
    Outputs = RedisOutputs

    def read(self, context: Context, inputs: RedisInputs | None) -> Result:
        """The user as it is; ``condition`` says what is amiss."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server, password = _SERVERS.given(context, inputs.server), recorded_password(context)
        with session(context, server) as opened:
            found = world.look(opened, inputs.prefix, inputs.user, context.token)
        if not found.user_is_ours and not found.prefix_is_ours:
            raise NotFound(f"the user {inputs.user} and its keys are gone")
        recorded: Mapping[str, Any] = context.prior.private if context.prior else {}
        condition = found.condition(recorded.get("rules"), clear(context, password) if password else None)
        return Result(_outputs(server, inputs, password, condition), recorded)

    def find(self, context: Context) -> Result | None:
        """The user that carries the token, or the prefix that does; no password, because a server keeps none."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "prefix")
        if server is None:
            return None
        outputs: dict[str, Any] = {"host": server.host, "port": server.port}
        with session(context, server) as opened:
            if names is None:
                user = world.name_of(opened, context.token)
                return Result({**outputs, "username": user}) if user else None
            found = world.look(opened, *names, context.token)
        if not found.user_is_ours and not found.prefix_is_ours:
            return None
        outputs |= {"username": found.user, "prefix": f"{found.prefix}:"}
        return Result({**outputs, "condition": found.condition(None, None)})

    def delete(self, context: Context) -> None:
        """Delete the user, which ends its sessions, and its keys, as far as they carry the token."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "prefix")
        if server is None or names is None:
            return
        with session(context, server) as opened:
            found = world.look(opened, *names, context.token)
            world.drop(context, opened, found)
            if found.user_is_ours:
                world.persist(context, opened)

    def complete(self, context: Context, inputs: RedisInputs, kept: Secret | SecretStr | None) -> Result:
        """See :class:`ServedDriver`."""
        server = _SERVERS.given(context, inputs.server)
        password = password_to_have(context, kept)
        with session(context, server) as opened:
            found = world.look(opened, inputs.prefix, inputs.user, context.token)
            found.check(context, opened)
            context.cancelled.check()
            world.make(opened, found, password)
            world.persist(context, opened)
            made = world.look(opened, inputs.prefix, inputs.user, context.token)
        return Result(
            _outputs(server, inputs, kept or SecretStr(password), COMPLETE),
            {"rules": made.shown},
        )


def _outputs(
    server: RedisConnection, inputs: RedisInputs, password: Secret | SecretStr | None, condition: str
) -> dict[str, Any]:
    outputs = {
        "host": server.host,
        "port": server.port,
        "username": inputs.user,
        "prefix": f"{inputs.prefix}:",
        "condition": condition,
    }
    return outputs if password is None else {**outputs, "password": password}
