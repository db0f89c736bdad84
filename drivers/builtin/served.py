"""Which server an object lives in: the one of the input ``server``, or that of the resource's connection.

Shared by the drivers whose objects are made in a server that is there already.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from msgspec import Struct
from pydantic import BaseModel, SecretStr, ValidationError

from ...graph.narrow import is_map
from ...graph.values import Secret, Unknown, Value, fill, has_unknown
from ..sdk import Context, CreateMode, Driver, I, O, PermanentFault, Proposal, Result, secret, stable

S = TypeVar("S", bound=BaseModel)

COMPLETE = "complete"
"""The ``condition`` of what is as it was made."""

_PASSWORD_BYTES = 24


class Place(Protocol):
    """Where a server is."""

    host: str
    port: int


class Servers(Struct, Generic[S], frozen=True):
    """Finds the servers of one kind of connection."""

    model: type[S]
    kind: str

    def given(self, context: Context, server: S | None) -> S:
        """That of validated inputs, or of the connection; raises a fault where neither is there."""
        if server is not None:
            return server
        if isinstance(context.connection, self.model):
            return context.connection
        raise PermanentFault(
            "no server is known for this resource",
            hint=f"give the input server, or a connection of kind {self.kind}",
        )

    def planned(self, context: Context, planned: Mapping[str, Any]) -> S:
        """The one that planned inputs name, or that of the connection; raises a fault while it is not known."""
        server = planned.get("server")
        if server is None:
            return self.given(context, None)
        if has_unknown(server):
            raise PermanentFault(
                "its server is not known before it is applied", hint="apply the server first"
            )
        return self._opened(context, server)

    def recorded(self, context: Context) -> S | None:
        """The one of the recorded inputs, or of the connection; None where it was never decided."""
        server = context.prior.inputs.get("server") if context.prior else None
        if server is None:
            return context.connection if isinstance(context.connection, self.model) else None
        return None if has_unknown(server) else self._opened(context, server)

    def _opened(self, context: Context, server: Value) -> S:
        def answer(leaf: Unknown | Secret) -> Value:
            return context.reveal(leaf) if isinstance(leaf, Secret) else leaf

        try:
            return self.model.model_validate(fill(server, answer))
        except ValidationError:
            raise PermanentFault("the server of this resource cannot be read") from None


class DatabaseOutputs(BaseModel):
    """How to connect. ``name`` and ``database`` are the same. ``condition`` is ``complete``, or what a read found amiss."""

    host: str = stable()
    port: int = stable()
    name: str = stable()
    database: str = stable()
    username: str = stable()
    password: SecretStr = secret()
    condition: str = COMPLETE


def of_database(
    server: Place, database: str, user: str, password: Secret | SecretStr | None, condition: str
) -> dict[str, Any]:
    """The :class:`DatabaseOutputs` of a database and its user; ``password`` is None where none is known."""
    outputs: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "name": database,
        "database": database,
        "username": user,
        "condition": condition,
    }
    return outputs if password is None else {**outputs, "password": password}


class ServedDriver(Driver[I, O]):
    """An object with a password in a server that is there already. A subclass says how it is completed."""

    create_mode: ClassVar[CreateMode] = CreateMode.FINDABLE
    connection_optional: ClassVar[bool] = True
    timeout: ClassVar[float] = 120.0

    def complete(self, context: Context, inputs: I, kept: Secret | SecretStr | None) -> Result:
        """Make what is missing and put right what differs; with a new password where none is ``kept``."""
        raise NotImplementedError

    def create(self, context: Context, inputs: I) -> Result:
        """Make it with a new password, or complete what this token made with a new password."""
        return self.complete(context, inputs, None)

    def update(self, context: Context, inputs: I) -> Result:
        """Bring it to what it was. The password stays where one is recorded, else it is a new one."""
        return self.complete(context, inputs, recorded_password(context))

    def rotate(self, context: Context, inputs: I, field: str | None) -> Result:
        """A new password; nobody can log in with the old one from then on."""
        if field not in (None, "password"):
            raise PermanentFault(f"only the output password can be rotated, not {field}")
        return self.complete(context, inputs, None)

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """It cannot move to another server: that is a replacement. All else the engine decides."""
        return moved(context, planned)


def moved(
    context: Context, planned: Mapping[str, Any], place: tuple[str, ...] = ("host", "port")
) -> Proposal | None:
    """A replacement where the input ``server`` leads elsewhere: data do not move by themselves. Else None.

    ``place`` are the fields that say where a server is; the outputs have them, too.
    """
    server = planned.get("server")
    if context.prior is None or (not isinstance(server, Unknown) and not is_map(server)):
        return None
    paths = tuple(f"server.{part}" for part in place if _moves(server, part, context.prior.outputs))
    return Proposal("replace", replace_paths=paths) if paths else None


def recorded_password(context: Context) -> Secret | SecretStr | None:
    """The output ``password`` as recorded, or as ``create`` just gave it."""
    password = context.prior.outputs.get("password") if context.prior else None
    return password if isinstance(password, Secret | SecretStr) else None


def recorded_names(context: Context, thing: str) -> tuple[str, str] | None:
    """The name of what is recorded, in its field ``thing``, and of its user, who is called like it where he has no name.

    None where they were never decided. What the inputs leave open is what the outputs say.
    """
    if context.prior is None:
        return None
    inputs, outputs = context.prior.inputs, context.prior.outputs
    name, user = (
        given if isinstance(given := inputs.get(field), str) else outputs.get(field, given)
        for field in (thing, "username")
    )
    if not isinstance(name, str) or not isinstance(user, str | None):
        return None
    return name, user or name


def new_password() -> str:
    """One that nobody guesses, of characters that need no quotes."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def password_to_have(context: Context, kept: Secret | SecretStr | None) -> str:
    """The one that is ``kept``, in clear, else a new one."""
    return clear(context, kept) if kept else new_password()


def clear(context: Context, password: Secret | SecretStr) -> str:
    """Its clear text."""
    return context.reveal(password) if isinstance(password, Secret) else password.get_secret_value()


def _moves(server: Value, part: str, outputs: Mapping[str, Value]) -> bool:
    wanted = server.get(part) if is_map(server) else server
    before = outputs.get(part)
    return wanted is not None and before is not None and wanted != before
