"""What runs that died have left behind: children that may be at work still, and the folders of their calls."""

from __future__ import annotations

import shutil
from pathlib import Path

from ...drivers.watchdog import all_ended

CALLS = "calls-"
"""How the folders of calls begin, in the folder of their environment."""

_PATIENCE = 30.0
"""Seconds that children of a dead process may take to end; their guards stop them, and kill them after a grace period."""


def swept(home: Path) -> bool:
    """Wait for the children of dead runs and remove the folders of their calls; False where some do not end.

    To be called by who took the environment over from a process that is gone, before its own calls have folders.
    """
    for folder in sorted(home.glob(f"{CALLS}*")):
        if not all_ended(folder, _PATIENCE):
            return False
        shutil.rmtree(folder, ignore_errors=True)
    return True
