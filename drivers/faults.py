"""What a driver raises. Never let a vendor's exception pass: the engine treats it as a defect of the driver."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .result import Result

_CODE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)+): ")


class Fault(Exception):
    """A failed driver call.

    ``hint`` tells the user what to do. ``partial`` is what exists already after a create that failed half-way. A
    message may begin with a kebab-case code that has a page of its own, and a colon.
    """

    def __init__(self, message: str, *, hint: str | None = None, partial: Result | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.partial = partial

    @property
    def code(self) -> str | None:
        """The code that the message begins with."""
        found = _CODE.match(self.message)
        return found[1] if found else None


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
    said = {"fault": type(fault).__name__, "message": fault.message, "hint": fault.hint}
    return said if fault.code is None else {**said, "code": fault.code}
