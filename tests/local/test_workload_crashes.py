"""Workloads whose processes, supervisor or makers were killed."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.local.processes import recall
from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.conformance import Bench
from local_target import eventually, free_port, processes_of
from local_workload import LISTEN, SLEEP, inputs, pid, python, workload_bench

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path, isolated_home: Path) -> Iterator[Bench]:
    with workload_bench(tmp_path) as bench:
        yield bench


@pytest.mark.scenario(46)
def test_after_a_crash_of_everything_an_update_starts_it_again_on_its_port(bench: Bench) -> None:
    port = free_port()
    wanted = inputs({"main": python(LISTEN)}, {"http": port})
    held = bench.create(wanted)
    watcher = recall(bench.workspace.home / "supervisor.json")
    assert watcher
    main = pid(bench, held)
    os.kill(watcher.pid, signal.SIGKILL)
    os.kill(main, signal.SIGKILL)
    assert eventually(lambda: not bench.status(held).running)
    held = bench.update(held, wanted)
    assert bench.status(held).running
    assert pid(bench, held) != main


@pytest.mark.scenario(46)
def test_a_process_of_another_boot_does_not_run(bench: Bench) -> None:
    held = bench.create(inputs({"main": python(SLEEP)}))
    note = Supervisor(bench.workspace).folder(held.private["programs"]["main"]) / "process.json"
    seen = json.loads(note.read_text())
    note.write_text(json.dumps({**seen, "boot": "another"}))
    assert not bench.status(held).running
    note.write_text(json.dumps(seen))


@pytest.mark.parametrize("moment", [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.3])
@pytest.mark.scenario(1)
def test_a_killed_create_is_carried_on_by_the_next(bench: Bench, moment: float) -> None:
    port = free_port()
    job = python("pass", before={"main": {"ready": "complete"}})
    wanted = inputs({"job": job, "main": python(LISTEN)}, {"http": port})
    child = os.fork()
    if not child:
        try:
            bench.driver.create(bench.context(), bench.validated(wanted))
        finally:
            os._exit(0)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    held = bench.create(wanted)
    assert bench.status(held).running
    assert len([p for p in processes_of(bench.workspace.home / "run") if "http.server" in p]) == 1
    assert len([p for p in processes_of(bench.workspace.home) if "supervisord" in p.split("\0", 3)[2]]) == 1


@pytest.mark.parametrize("moment", [0.005, 0.02, 0.05, 0.1, 0.2])
def test_a_killed_delete_is_carried_on_by_the_next(bench: Bench, moment: float) -> None:
    held = bench.create(inputs({"one": python(SLEEP), "two": python(SLEEP)}))
    child = os.fork()
    if not child:
        try:
            bench.delete(held)
        finally:
            os._exit(0)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    bench.delete(held)
    assert not (bench.workspace.home / "run").exists()
    assert not (bench.workspace.home / "supervisord.conf").exists()
