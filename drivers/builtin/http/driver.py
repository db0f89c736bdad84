"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from ....graph.encoding import encode
from ....graph.narrow import is_map
from ...sdk import Context, PermanentFault, Proposal, TransientFault
from ..remote.driver import Remote, recorded, request_for
from ..remote.protocol import Answer, NotOffered, Request
from .models import HttpConnection, HttpInputs

if TYPE_CHECKING:
    from .exchange import Exchange


class Http(Remote[HttpInputs]):
    """One signed request for each operation. A service that offers no ``plan`` is planned by the engine."""

    name: ClassVar[str] = "http"
    summary: ClassVar[str] = "any service that answers signed requests"
    who: ClassVar[str] = "the service"
    connection_kind: ClassVar[str | None] = "http"
    connection: ClassVar[type[BaseModel] | None] = HttpConnection
    plans_live: ClassVar[bool] = True
    Inputs = HttpInputs

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """What the service says, if it offers that; without it being reached, the engine decides and says so."""
        path, inputs = planned.get("path", ""), planned.get("inputs", {})
        if not isinstance(path, str) or not is_map(inputs):
            return None
        prior = recorded(context.prior)
        request = request_for(context, "plan", encode(inputs), None if prior is None else encode(prior))
        try:
            reply = _exchange(context, path, ()).hold(request)
        except TransientFault as fault:
            return Proposal("update", notes=(f"not asked: {fault.message}",))
        except NotOffered:
            return None
        if reply.proposal is None:
            raise PermanentFault("the service answers a plan with something that is no proposal")
        return reply.proposal.proposal()

    def ask(self, context: Context, inputs: HttpInputs, request: Request, secrets: tuple[str, ...]) -> Answer:
        """One request."""
        reply = _exchange(context, inputs.path, secrets).hold(request)
        if reply.result is None:
            raise PermanentFault("the service answers with a proposal, and nobody asked for one")
        return reply.result


def _exchange(context: Context, path: str, secrets: tuple[str, ...]) -> Exchange:
    try:
        from .exchange import Exchange
    except ImportError:
        raise PermanentFault(
            "driver http needs the package httpx", hint="pip install 'bakehouse[http]'"
        ) from None
    if not isinstance(context.connection, HttpConnection):
        raise PermanentFault("no service is known", hint="give the definition a connection of kind http")
    return Exchange(context, context.connection, path, secrets)
