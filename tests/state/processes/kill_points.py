"""Kills a writer with SIGKILL before each of its statements in turn; after each kill the state must be whole.

Usage: kill_points.py FOLDER. Prints the number of points tried. One loaded process forks all writers.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Engine, event

from bakehouse.graph.fingerprint import digest_bytes
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me, recorded
from bakehouse.plans.state.records import DeploymentStatus, EnvironmentRecord
from bakehouse.plans.state.sql import SqlStore, open_store
from bakehouse.plans.state.sql.writer import SqlWriter
from bakehouse.plans.state.store import Write

Call = Callable[[SqlWriter], object]


def opened(folder: Path) -> SqlStore:
    return open_store(f"sqlite:///{folder}/state.db", create=False, state_home=folder / "state")


def calls(home: EnvironmentRecord) -> list[Call]:
    """What the writer does, each call one transaction."""
    one, two, three = (samples.resource(home.uid, n) for n in (1, 2, 3))
    begun = samples.deployment(number=1)
    secrets = (samples.secret(one.uid),)
    return [
        lambda w: w.begin(begun, {digest_bytes(b"plan"): b"plan"}),
        lambda w: w.commit([samples.written(one, secrets=secrets), samples.written(two)], [{"n": 1}]),
        lambda w: w.heartbeat(),
        lambda w: w.commit([samples.written(samples.again(one)), Write(remove=two.address)], [{"n": 2}]),
        lambda w: w.commit([samples.written(three)]),
        lambda w: w.finish(replace(begun, status=DeploymentStatus.SUCCEEDED)),
    ]


def observed(folder: Path, home: EnvironmentRecord) -> object:
    """Everything that a reader can see, without times."""
    store = opened(folder)
    reader = store.reader()
    snapshot = recorded(store, home)
    row = reader.secret(home.uid, samples.secret(samples.resource(home.uid, 1).uid).ref, None)
    seen = (
        snapshot.resources,
        snapshot.births,
        snapshot.environment.serial,
        [d.status for d in reader.deployments(home.uid)],
        [(s.key, s.status) for s in reader.steps(home.uid, 1)],
        reader.events(home.uid, 1),
        row,
    )
    broken = [d for d in store.examine() if d.is_error]
    assert not broken, broken
    store.close()
    return seen


def write(folder: Path, home: EnvironmentRecord, acknowledge: Callable[[], object]) -> None:
    store = opened(folder)
    with store.hold(home.uid, me()) as writer:
        for call in calls(home):
            call(writer)
            acknowledge()
    store.backup()
    store.close()


def killed_at(point: int, folder: Path, home: EnvironmentRecord) -> tuple[bool, int]:
    """Whether the writer was killed, and how many of its calls had returned."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        left = iter(range(point))

        def count(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        for moment in ("before_cursor_execute", "commit"):
            event.listen(Engine, moment, count)
        write(folder, home, lambda: os.write(mouth, b"."))
        os._exit(0)
    os.close(mouth)
    with os.fdopen(ear, "rb") as pipe:
        acknowledged = len(pipe.read())
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "the writer failed by itself"
    return os.WIFSIGNALED(status), acknowledged


def main(folder: Path) -> None:
    start = folder / "start"
    store = open_store(f"sqlite:///{start}/state.db", create=True, state_home=folder / "state")
    home = store.register(samples.environment())
    store.close()
    expected = [observed(start, home)]
    steps = folder / "steps"
    shutil.copytree(start, steps)
    write(steps, home, lambda: expected.append(observed(steps, home)))
    point = 0
    while True:
        place = folder / str(point)
        shutil.copytree(start, place)
        was_killed, acknowledged = killed_at(point, place, home)
        seen = observed(place, home)
        assert seen in expected[acknowledged : acknowledged + 2], (
            f"point {point}: {acknowledged} calls, {seen}"
        )
        with opened(place).hold(home.uid, me()) as writer:
            writer.begin(samples.deployment(), {})
        if not was_killed:
            break
        shutil.rmtree(place)
        point += 1
    assert acknowledged == len(expected) - 1
    print(point)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
