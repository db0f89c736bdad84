"""The driver itself."""

from __future__ import annotations

from typing import ClassVar

from ...sdk import Context
from ..remote.driver import Remote
from ..remote.protocol import Answer, Request
from .conversation import Conversation
from .models import ExecInputs


class Exec(Remote[ExecInputs]):
    """Runs the executable once for each operation, under a watchdog."""

    name: ClassVar[str] = "exec"
    summary: ClassVar[str] = "any executable that speaks JSON lines over standard input and output"
    who: ClassVar[str] = "the executable"
    Inputs = ExecInputs

    def ask(self, context: Context, inputs: ExecInputs, request: Request, secrets: tuple[str, ...]) -> Answer:
        """One run of it."""
        return Conversation(context, inputs.command, secrets).hold(request)
