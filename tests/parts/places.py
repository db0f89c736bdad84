"""Where parts are kept, fixed at import: a test that gives its programs another home must not move the cache."""

import os
from pathlib import Path

SOURCES = Path(__file__).with_name("go")
"""One folder a Go program or group of programs: its pinned modules, and what is built."""

CACHE_VARIABLE = "BAKEHOUSE_PARTS"

ENVIRONMENT = dict(os.environ)
"""The environment as the user has it; Go finds its own caches and settings by it."""


def _cache() -> Path:
    named = ENVIRONMENT.get(CACHE_VARIABLE)
    if named:
        return Path(named).absolute()
    user = ENVIRONMENT.get("XDG_CACHE_HOME")
    return (
        Path(user) if user else Path(ENVIRONMENT.get("HOME") or "~").expanduser() / ".cache"
    ) / "bakehouse-parts"


CACHE = _cache()
"""What was built once for this user, by whichever checkout."""
