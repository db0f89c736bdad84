"""What tests of the local target share: workspaces, and a look at the machine's processes."""

import os
import random
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from bakehouse.drivers.builtin.local.ports import is_free
from bakehouse.drivers.context import Workspace


def make_workspace(folder: Path) -> Workspace:
    uid = str(uuid.uuid4())
    home = folder / ".bakehouse" / "local"
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / "state.db").touch()
    runtime = Path(os.environ["XDG_RUNTIME_DIR"], "bakehouse", uid[:8])
    return Workspace(
        folder,
        home,
        runtime,
        f"sqlite:///{home.parent / 'state.db'}",
        "store",
        "shop",
        "local",
        uid,
        "shop-local",
    )


def processes_of(folder: Path) -> list[str]:
    """Command lines of all processes that know the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in known:
                found.append(f"{entry.name} {known[:300].decode(errors='replace')}")
    return found


def eventually(question: Callable[[], bool], seconds: float = 10) -> bool:
    limit = time.monotonic() + seconds
    while not question():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def free_port() -> int:
    """A port that nobody listens at; chosen at random, so that tests side by side do not meet."""
    for port in random.sample(range(30000, 32000), 200):
        if is_free(port):
            return port
    raise AssertionError("no port is free")
