"""What happens during an apply, as told to people, logs and ``--json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field


class EventKind(StrEnum):
    """The kinds of events, in the order in which they may occur."""

    DEPLOYMENT_STARTED = "deployment-started"
    LEASE_TAKEN_OVER = "lease-taken-over"
    STEP_STARTED = "step-started"
    STEP_PROGRESS = "step-progress"
    STEP_RETRY = "step-retry"
    STEP_FINISHED = "step-finished"
    CANCELLING = "cancelling"
    DEPLOYMENT_FINISHED = "deployment-finished"
    REMARK = "remark"


class Event(Struct, frozen=True):
    """One event. ``at`` is ISO 8601 UTC; ``address`` and ``step`` are empty for events of the deployment.

    ``detail`` is plain, never secret: ``status`` and ``seconds`` of a finished step, ``fault``, ``message`` of
    progress, ``total`` of a started deployment, ``counts`` and ``status`` of a finished one; ``message`` and ``hint`` of a
    remark, which is something that went wrong beside the deployment.
    """

    kind: EventKind
    at: str
    deployment: int
    address: str = ""
    step: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def body(self) -> dict[str, Any]:
        """The event as plain JSON data."""
        shown = {"event": self.kind.value, "at": self.at, "deployment": self.deployment}
        if self.address:
            shown |= {"address": self.address, "step": self.step}
        return {**shown, **self.detail}


Listener = Callable[[Event], None]
"""Is called from one thread at a time and must return quickly."""
