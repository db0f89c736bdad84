"""What is shown of a program before it exists: its supervisor's settings and its run file. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import asdict, replace

from ....graph.address import Address
from ....graph.values import Text, Unknown, Value, in_text, text
from ...context import Context
from .program import Program

PORT = "port"


def program_document(program: Program, argv: Sequence[Value] | None = None) -> dict[str, Value]:
    """The supervisor's settings, and what of the run file is the same on every machine.

    ``argv`` stands in place of the run file's where words of it are not known yet, or named otherwise on each machine.
    """
    run = program.run
    return {
        "program": program.name,
        "restart": program.restart,
        "stop_signal": program.stop_signal,
        "stop_seconds": program.stop_seconds,
        "argv": list(run.argv if argv is None else argv),
        "cwd": run.cwd,
        "environment": dict(run.environment),
        "files": [{**asdict(replace(file, content=None)), "content": file.content} for file in run.files],
    }


def port_to_have(context: Context) -> str | Text:
    """The output ``port`` of a driver that keeps it for life, as a word: the recorded one, else what an apply finds."""
    outputs: Mapping[str, Any] = context.prior.outputs if context.prior else {}
    found = Unknown(Address.parse(context.address), (PORT,), "integer")
    return text(in_text(outputs.get(PORT, found)))
