"""Which server an object lives in: the one of the input ``server``, or that of the resource's connection.

Shared by the drivers whose objects are made in a server that is there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from ...graph.narrow import is_map
from ...graph.values import Secret, Unknown, Value, fill, has_unknown
from ..sdk import Context, PermanentFault, Proposal

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class Servers(Generic[S]):
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


def clear(context: Context, password: Secret | SecretStr) -> str:
    """Its clear text."""
    return context.reveal(password) if isinstance(password, Secret) else password.get_secret_value()


def _moves(server: Value, part: str, outputs: Mapping[str, Value]) -> bool:
    wanted = server.get(part) if is_map(server) else server
    before = outputs.get(part)
    return wanted is not None and before is not None and wanted != before
