"""The request, and the lines that may be answered. ``who`` is whoever answers, as people call it: `the executable`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from ....graph.values import HIDDEN
from ...sdk import Conflict, Fault, NotFound, PermanentFault, Proposal, TransientFault

Operation = Literal["plan", "create", "read", "update", "delete", "import"]

FORMAT = 1
"""The version of the protocol, in each request."""

LONGEST_LINE = 4 * 1024 * 1024
"""The longest line in bytes; an answer that is longer is refused before it is read."""


@dataclass(frozen=True)
class Request:
    """One operation. Secrets stand in clear in ``inputs`` and ``prior``, so it must reach nobody else.

    Those of a ``plan`` are encoded values (see ``graph.encoding``), with what is unknown or secret as such leaves.
    """

    operation: Operation
    address: str
    token: str
    uid: str
    slug: str
    generation: int
    deadline_seconds: float | None
    inputs: Mapping[str, Any] | None = field(repr=False)
    prior: Mapping[str, Any] | None = field(repr=False)
    external_id: str | None = None

    def line(self) -> bytes:
        """The request as it is sent, one line of JSON."""
        told = {k: v for k, v in vars(self).items() if k != "external_id" or v is not None}
        return orjson.dumps({"format": FORMAT, **told}, default=dict) + b"\n"


class NotOffered(PermanentFault):
    """Whoever was asked does not know the operation."""


class Answer(BaseModel):
    """The body of a ``result``: outputs, secret ones apart, and what only whoever answers reads again.

    ``inputs`` are for the answer to an ``import``: what the object has where it differs from the inputs of the request.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    outputs: dict[str, Any] = {}
    secret_outputs: dict[str, str] = {}
    private: dict[str, Any] = {}
    inputs: dict[str, Any] = {}


class Proposed(BaseModel):
    """The body of a ``proposal``: what an apply would do. ``outputs`` are those that are known already.

    ``replace_paths`` lead to inputs that force a replacement, such as ``inputs.region``.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    action: Literal["no-op", "update", "replace"] = "update"
    outputs: dict[str, Any] = {}
    replace_paths: tuple[str, ...] = ()
    nested: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None

    def proposal(self) -> Proposal:
        """The same as the contract's own."""
        return Proposal(self.action, self.outputs, self.replace_paths, self.nested, self.notes, self.refused)


class Refusal(BaseModel):
    """The body of a ``fault``."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: Literal["transient", "permanent", "not-found", "conflict"]
    message: str
    hint: str | None = None
    retry_after: float | None = None
    owner: str | None = None

    def fault(self, scrub: Callable[[str], str]) -> Fault:
        """The same as one of our faults, its texts without secrets."""
        message, hint = scrub(self.message), self.hint and scrub(self.hint)
        if self.kind == "transient":
            return TransientFault(message, retry_after=self.retry_after, hint=hint)
        if self.kind == "not-found":
            return NotFound(message, hint=hint)
        if self.kind == "conflict":
            return Conflict(message, owner=self.owner, hint=hint)
        return PermanentFault(message, hint=hint)


class Reply(BaseModel):
    """One line of an answer: exactly one of the four."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    progress: str | None = None
    result: Answer | None = None
    proposal: Proposed | None = None
    fault: Refusal | None = None


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """The text without any of these secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def parse(line: bytes, who: str) -> Reply:
    """Read one line; raises :class:`PermanentFault` that quotes no value, because any may be a secret."""
    try:
        reply = Reply.model_validate(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise PermanentFault(f"{who} answers something that is no JSON line ({error.msg})") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors()[:3])
        raise PermanentFault(f"{who} answers a line of another form: {wrong}") from None
    if sum(part is not None for part in (reply.progress, reply.result, reply.proposal, reply.fault)) != 1:
        raise PermanentFault(f"{who} answers a line that is not one of progress, result, proposal or fault")
    return reply
