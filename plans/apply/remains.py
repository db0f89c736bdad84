"""What runs that died have left behind: children that may be at work still, and the folders of their calls."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ...drivers.watchdog import all_ended
from ..state.holder import is_running

_CALLS = "calls-"
_PATIENCE = 30.0
"""Seconds that children of a dead process may take to end; their guards stop them, and kill them after a grace period."""


def folder_of_calls(home: Path) -> Path:
    """Make the folder in which the calls of this run have theirs."""
    return Path(tempfile.mkdtemp(prefix=f"{_CALLS}{os.getpid()}-", dir=home))


def swept(home: Path) -> bool:
    """Wait for the children of dead runs and remove the folders of their calls; False where some do not end.

    To be called by who holds the environment, before its own calls have folders.
    """
    for folder in sorted(home.glob(f"{_CALLS}[0-9]*-*")):
        if is_running(int(folder.name.split("-")[1])):
            continue  # whoever it belongs to sleeps, and has lost the environment to the one that is gone
        if not all_ended(folder, _PATIENCE):
            return False
        shutil.rmtree(folder, ignore_errors=True)
    return True
