"""One run of the executable: the request goes in, messages and the answer come out, and it ends in time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...sdk import Cancelled, Context, Fault, PermanentFault, TransientFault
from ...watchdog import Child, Command, Exit
from ..remote.protocol import LONGEST_LINE, Answer, Request, parse, scrubbed

GRACE = 5.0
"""Seconds that the executable has after its answer, and after it was asked to stop."""

_STEP = 0.05
_MOST_OUTPUT = 64 * 1024 * 1024
_ERROR_BYTES = 2000


@dataclass(frozen=True)
class Conversation:
    """One request to one executable. ``secrets`` are the clear texts that it was given, sought in all that it says."""

    context: Context
    argv: Sequence[str]
    secrets: tuple[str, ...] = field(repr=False)

    def hold(self, request: Request) -> Answer:
        """The answer; raises the fault that the executable gave, or one that says how it failed to give any."""
        with Child(self._command(request), self.context.run_dir, grace=GRACE) as child:
            answer: Answer | None = None
            for line in self._lines(child):
                if answer is not None:
                    raise PermanentFault(f"{self._name} goes on after its answer")
                answer = self._heard(line)
            ended = child.exit()
            if answer is None or not ended.good:
                raise self._silent(ended, child, answered=answer is not None)
            return answer

    @property
    def _name(self) -> str:
        return Path(self.argv[0]).name

    def scrubbed(self, text: str) -> str:
        """The text without any secret that the executable was given."""
        return scrubbed(text, self.secrets)

    def _command(self, request: Request) -> Command:
        root = self.context.workspace.root
        program = self.argv[0] if "/" in self.argv[0] else shutil.which(self.argv[0])
        if program is None:
            raise PermanentFault(
                f"the program {self.argv[0]} is not on PATH", hint="install it, or give its path"
            )
        own = {name: value for name, value in os.environ.items() if not name.startswith("BAKEHOUSE_")}
        environment = {**own, "TMPDIR": str(self.context.run_dir)}
        return Command((program, *self.argv[1:]), root, environment, request.line())

    def _heard(self, line: bytes) -> Answer | None:
        reply = parse(line, "the executable")
        if reply.fault is not None:
            raise reply.fault.fault(self.scrubbed)
        if reply.proposal is not None:
            raise PermanentFault(f"{self._name} answers with a proposal, and nobody asked for one")
        if reply.progress is not None:
            self.context.progress(self.scrubbed(reply.progress))
        return reply.result

    def _lines(self, child: Child) -> Iterator[bytes]:
        """The lines as they come, until it ends; raises a fault when it goes on too long, or says too much."""
        rest, offset, ended = b"", 0, False
        with child.output.open("rb") as output:
            while not ended:
                ended = child.wait(min(_STEP, self.context.seconds_left))
                while fresh := output.read(LONGEST_LINE):
                    offset += len(fresh)
                    *whole, rest = (rest + fresh).split(b"\n")
                    if offset > _MOST_OUTPUT or any(len(line) > LONGEST_LINE for line in (*whole, rest)):
                        raise PermanentFault(
                            f"{self._name} says too much: a line may have {LONGEST_LINE} bytes"
                        )
                    yield from (line for line in whole if line.strip())
                self._go_on(ended)
        if rest.strip():
            yield rest

    def _go_on(self, ended: bool) -> None:
        if ended:
            return
        if (
            self.context.seconds_left <= 0
        ):  # asked first: whoever waits for this cancels it at the same moment
            raise TransientFault(f"{self._name} did not answer in time and was stopped")
        if self.context.cancelled:
            raise Cancelled(f"{self._name} was stopped")

    def _silent(self, ended: Exit, child: Child, *, answered: bool) -> Fault:
        """The fault of an executable that gave no answer, or took it back by its exit code."""
        if ended.error is not None:
            hint = "correct inputs.command of the definition, or install what it names"
            return PermanentFault(f"{self._name} {ended}", hint=hint)
        printed = child.errors.read_bytes()[-_ERROR_BYTES:].decode(errors="replace").strip()
        said = f"; it said: {self.scrubbed(printed)}" if printed else ""
        when = "after its answer" if answered else "without an answer"
        kind = TransientFault if ended.signal is not None else PermanentFault
        return kind(f"{self._name} {ended} {when}{said}")
