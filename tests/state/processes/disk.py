"""Fills, then write-protects the disk that a state lies on; what was recorded stays readable throughout.

Usage: disk.py FOLDER, in a mount namespace of its own, as root. FOLDER becomes a small disk in memory.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me, recorded, writing
from bakehouse.plans.state.records import EnvironmentRecord
from bakehouse.plans.state.sql import SqlStore, open_store
from bakehouse.plans.state.store import StateError


def opened(disk: Path, *, create: bool = True) -> SqlStore:
    home = disk.parent / "state"
    return open_store(f"sqlite:///{disk}/state.db", create=create, state_home=home, lease_seconds=1.0)


def refusal(disk: Path, home: EnvironmentRecord) -> str:
    """What a writer is told. The disk may have room to take the lease and none to give it back: then it runs out."""
    store = opened(disk)
    try:
        with store.hold(home.uid, me(), wait=20) as writer:
            writer.begin(samples.deployment(), {})
            for number in range(1000, 3000):
                writer.commit([samples.written(samples.resource(home.uid, number))])
    except StateError as error:
        return error.diagnostics[0].code
    finally:
        store.close()
    raise AssertionError("the disk is not full")


def count(disk: Path, home: EnvironmentRecord) -> int:
    """What a reader sees, who writes nothing."""
    store = opened(disk, create=False)
    found = recorded(store, home)
    store.close()
    return len(found.resources)


def fill(disk: Path) -> None:
    with suppress(OSError), (disk / "filler").open("ab") as file:
        while True:
            file.write(bytes(4096))
            file.flush()


def main(disk: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=True)
    store = opened(disk)
    home = store.register(samples.environment())
    acknowledged = 0
    try:
        with writing(store, home) as writer:
            (disk / "filler").write_bytes(bytes(2_200_000))
            for number in range(10_000):
                writer.commit([samples.written(samples.resource(home.uid, number))])
                acknowledged += 1
    except StateError as error:
        print(error.diagnostics[0].code)
    assert acknowledged > 0
    assert count(disk, home) == acknowledged, "readable while it is full"
    store.close()
    fill(disk)
    assert count(disk, home) == acknowledged, (
        "readable by another process, where nothing can be made any more"
    )
    print(refusal(disk, home))
    (disk / "filler").unlink()
    store = opened(disk)
    with store.hold(home.uid, me(), wait=20) as writer:
        writer.begin(samples.deployment(), {})
        writer.commit([samples.written(samples.resource(home.uid, acknowledged))])
    store.close()
    assert count(disk, home) == acknowledged + 1, "the same state goes on when there is room again"
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert count(disk, home) == acknowledged + 1, "readable where nothing may be written"
    print(refusal(disk, home))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
