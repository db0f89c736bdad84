"""Applies in processes of their own that die at a durable write, and what each of them had told before."""

import json
import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from bakehouse.plans.apply.events import Event, EventKind
from bakehouse.plans.apply.stop import Stop
from bakehouse.plans.operations.applying import apply_plan
from bakehouse.plans.operations.workbench import ApplyOptions
from bakehouse.plans.plan import Plan
from bakehouse.plans.state.fail_points import FAIL_POINT, SWITCH, doomed

from .engine import Engine
from .world import Journal, World

MEMORY = Path("/dev/shm")
WORKERS = 2


@contextmanager
def fast_folder() -> Iterator[Path]:
    """A folder on a disk in memory, where there is one: SIGKILL loses nothing of what a disk would have kept."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def engine(folder: Path) -> Engine:
    """An engine whose world is a journal beside its state; the folder may be a copy of another one's."""
    folder.mkdir(exist_ok=True)
    return Engine(folder, World(things=Journal(folder / "world")))


def copied(folder: Path, to: Path) -> None:
    """State and world as they are; the copy is registered nowhere, so that it does not count as one."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("home", "env"))


def point_of(number: int) -> str:
    """The point before (even numbers) or after (odd numbers) a durable write."""
    return f"{('before', 'after')[number % 2]}:{number // 2}"


def begun(work: Callable[[], object]) -> int:
    """Begin ``work`` in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def exit_of(process: int) -> int:
    """Wait for a process that was begun: its exit code, negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def dies_at(point: int, folder: Path, plan: Callable[[Engine], Plan]) -> bool:
    """Apply in a process that dies at ``point``, or lives to the end; what it tells stands in the file ``told``."""

    def work() -> None:
        one = engine(folder)
        environ = {SWITCH: "1", FAIL_POINT: point_of(point)}
        bench = replace(one.bench(), store=doomed(one.store, environ))
        told = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

        def tell(event: Event) -> None:
            os.write(told, json.dumps(event.body()).encode() + b"\n")

        apply_plan(bench, plan(one), ApplyOptions(), tell, Stop())

    code = exit_of(begun(work))
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def acknowledged(folder: Path) -> set[str]:
    """The addresses of what was told to be made, changed or deleted for good."""
    file = folder / "told"
    told = (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )
    finished = [t for t in told if t["event"] == EventKind.STEP_FINISHED.value]
    return {t["address"] for t in finished if t["status"] == "done" and t["step"] != "delete-old"}


def side_by_side(work: Callable[[int], None]) -> None:
    """Do ``work`` for each number below WORKERS, in processes at once; all must end well."""
    processes = [begun(partial(work, number)) for number in range(WORKERS)]
    assert [exit_of(process) for process in processes] == [0] * WORKERS
