"""What a driver raises. Never let a vendor's exception pass: the engine treats it as a defect of the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .result import Result


class Fault(Exception):
    """A failed driver call.

    ``hint`` tells the user what to do. ``partial`` is what exists already after a create that failed half-way.
    """

    def __init__(self, message: str, *, hint: str | None = None, partial: Result | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.partial = partial


class TransientFault(Fault):
    """May work when tried again; ``retry_after`` is a hint in seconds. The engine decides."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        hint: str | None = None,
        partial: Result | None = None,
    ) -> None:
        super().__init__(message, hint=hint, partial=partial)
        self.retry_after = retry_after


class PermanentFault(Fault):
    """Trying again with the same inputs is useless."""


class NotFound(Fault):
    """The object is gone from the world."""


class Conflict(Fault):
    """The object exists and belongs to somebody else; it is never taken over."""

    def __init__(self, message: str, *, owner: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.owner = owner


class Cancelled(Fault):
    """The call gave up because its cancellation token was set."""


def describe(fault: Fault) -> Mapping[str, Any]:
    """The fault as plain data for events and records."""
    return {"fault": type(fault).__name__, "message": fault.message, "hint": fault.hint}
