"""The exit codes of the command; documented in ``docs/reference/exit-codes.md``."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the process answers; scripts may rely on these numbers."""

    OK = 0
    """Done, or there was nothing to do."""
    ERROR = 1
    """Wrong usage, invalid input, or a failure, also a partial one."""
    CHANGES = 2
    """With ``--detailed-exitcode``: the plan has changes."""
    DENIED = 3
    """A policy denies the plan."""
    STALE = 4
    """What the plan was made on has moved since."""
    HELD = 5
    """Another process holds the environment."""
    APPROVAL = 6
    """A confirmation is missing."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C (SIGINT)."""
    TERMINATED = 143
    """Stopped by SIGTERM or SIGHUP."""
