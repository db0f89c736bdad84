"""What drivers of supervised programs answer about them, from local files only: status and logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...context import Context, Status
from .logs import follow as follow_logs
from .logs import last_lines
from .supervisor import Supervisor


def running(context: Context, programs: Mapping[str, str]) -> Status:
    """Whether all programs (by what people call them) live; the detail names the first that does not."""
    supervisor = Supervisor(context.workspace)
    for part, name in programs.items():
        if supervisor.process(name) is None:
            return Status(False, f"{part} is not running" if len(programs) > 1 else "not running")
    return Status(True)


def read_logs(
    context: Context, programs: Mapping[str, str], *, follow: bool, lines: int
) -> Iterator[tuple[str, str]]:
    """Pairs of (part, line): the last lines of each program and, with ``follow``, new ones until cancelled."""
    supervisor = Supervisor(context.workspace)
    logs = {part: supervisor.log(name) for part, name in programs.items()}
    if follow:
        return follow_logs(logs, lines, context.cancelled)
    return iter([(part, line) for part, path in logs.items() for line in last_lines(path, lines)])
