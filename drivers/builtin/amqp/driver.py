"""The driver itself."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Secret
from ...sdk import Context, NotFound, PermanentFault, Result
from ..local.waking import Sleeper
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
from .models import PORT_VARIABLE, READY_SECONDS, AmqpConnection, AmqpInputs, AmqpOutputs
from .session import session

_SERVERS = Servers(AmqpConnection, "amqp")


class Amqp(ServedDriver[AmqpInputs, AmqpOutputs]):
    """A virtual host and a user that may do everything in it and nothing elsewhere."""

    name: ClassVar[str] = "amqp"
    summary: ClassVar[str] = "a virtual host and its user in an existing RabbitMQ server"
    timeout: ClassVar[float] = READY_SECONDS + 60.0
    connection_kind: ClassVar[str | None] = "amqp"
    connection: ClassVar[type[BaseModel] | None] = AmqpConnection
    Inputs = AmqpInputs
    Outputs = AmqpOutputs

    def read(self, context: Context, inputs: AmqpInputs | None) -> Result:
        """Both as they are; ``condition`` says what is amiss."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        server, password = _SERVERS.given(context, inputs.server), recorded_password(context)
        with session(context, server) as opened:
            found = world.look(opened, inputs.vhost, inputs.user, context.token)
        if not found.vhost_is_ours and not found.user_is_ours:
            raise NotFound(f"the virtual host {inputs.vhost} and its user are gone")
        condition = found.condition(clear(context, password) if password else None)
        return _result(server, inputs, password, condition)

    def find(self, context: Context) -> Result | None:
        """The virtual host and the user that carry the token; no password, because a server keeps none."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "vhost")
        if server is None:
            return None
        outputs: dict[str, Any] = {"host": server.host, "port": server.port}
        with session(context, server) as opened:
            if names is None:
                vhost, user = world.names_of(opened, context.token)
                there = {"vhost": vhost, "username": user}
                known = {name: value for name, value in there.items() if value is not None}
                return Result({**outputs, **known}) if known else None
            found = world.look(opened, *names, context.token)
        if not found.vhost_is_ours and not found.user_is_ours:
            return None
        outputs |= {"vhost": found.vhost, "username": found.user}
        return Result({**outputs, "condition": found.condition(None)})

    def delete(self, context: Context) -> None:
        """Delete the user and the virtual host with all that is in it, as far as they carry the token."""
        server, names = _SERVERS.recorded(context), recorded_names(context, "vhost")
        if server is None or names is None:
            return
        here = f"{PORT_VARIABLE}={server.port}"
        sleeper = Sleeper(
            "the RabbitMQ server", server.host, here, lambda: _reached(context, server), READY_SECONDS
        )
        sleeper.awake(context, lambda: _drop(context, server, names))

    def complete(self, context: Context, inputs: AmqpInputs, kept: Secret | SecretStr | None) -> Result:
        """See :class:`ServedDriver`."""
        server = _SERVERS.given(context, inputs.server)
        password = password_to_have(context, kept)
        with session(context, server) as opened:
            found = world.look(opened, inputs.vhost, inputs.user, context.token)
            found.check()
            world.make_vhost(opened, found)
            world.make_user(opened, found, password)
        return _result(server, inputs, kept or SecretStr(password), COMPLETE)


@contextlib.contextmanager
def _reached(context: Context, server: AmqpConnection) -> Generator[None]:
    with session(context, server) as opened:
        opened.get("vhosts")
        yield


def _drop(context: Context, server: AmqpConnection, names: tuple[str, str]) -> None:
    with session(context, server) as opened:
        world.drop(opened, world.look(opened, *names, context.token))


def _result(
    server: AmqpConnection, inputs: AmqpInputs, password: Secret | SecretStr | None, condition: str
) -> Result:
    outputs = {
        "host": server.host,
        "port": server.port,
        "vhost": inputs.vhost,
        "username": inputs.user,
        "condition": condition,
    }
    return Result(outputs if password is None else {**outputs, "password": password})
