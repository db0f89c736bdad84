"""Programs under the supervisor, with real processes."""

import json
import os
import shutil
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.local.daemon import Daemon
from bakehouse.drivers.builtin.local.processes import recall
from bakehouse.drivers.builtin.local.program import Program, program_name
from bakehouse.drivers.builtin.local.runfile import FileToWrite, RunFile
from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.context import Workspace
from bakehouse.graph.values import Secret, Text
from local_target import eventually, make_workspace, processes_of

pytestmark = pytest.mark.slow

SLEEP = "import time; print('up', flush=True); time.sleep(600)"


def python(workspace: Workspace, code: str, name: str = "main") -> Program:
    run = RunFile.of(workspace, (sys.executable, "-c", code), workspace.root)
    return Program(program_name("token.1", name), run, stop_seconds=3)


def supervisor_pid(workspace: Workspace) -> int:
    found = recall(workspace.home / "supervisor.json")
    assert found
    return found.pid


def up(watcher: Supervisor, name: str) -> bool:
    return watcher.process(name) is not None


def test_a_program_runs_and_nothing_is_left_after_the_last_is_removed(workspace: Workspace) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    assert watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    assert eventually(lambda: watcher.log(program.name).read_text() == "up\n")
    assert not watcher.put(program), "an equal program is left running"
    watcher.remove(program.name)
    assert processes_of(workspace.root) == []
    assert not workspace.home.exists()
    assert not workspace.runtime.exists()
    watcher.remove(program.name)


def test_a_supervisor_that_comes_up_in_the_same_moment_is_the_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed call may have forked one that names itself only after we looked for it."""
    sweep = Daemon._sweep

    def swept_and_overtaken(daemon: Daemon) -> None:
        sweep(daemon)
        monkeypatch.setattr(Daemon, "_sweep", sweep)
        Daemon(workspace).ensure()

    monkeypatch.setattr(Daemon, "_sweep", swept_and_overtaken)
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    assert watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    assert len([p for p in processes_of(workspace.root) if "supervisord" in p]) == 1


def test_a_changed_program_is_started_again(workspace: Workspace) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    before = watcher.process(program.name)
    changed = replace(program, run=replace(program.run, environment={"A": "b"}))
    assert watcher.put(changed)
    assert eventually(lambda: up(watcher, program.name) and watcher.process(program.name) != before)


def test_a_program_sees_its_variables_and_little_else(workspace: Workspace) -> None:
    code = "import json, os; print(json.dumps(dict(os.environ)), flush=True); import time; time.sleep(600)"
    program = python(workspace, code)
    secret = Secret("local", "db", "1")
    environment = {"URL": Text(("pg://", secret, "@x")), "PLAIN": "50% ; #é\n", "PORT": 8080}
    program = replace(program, run=replace(program.run, environment=environment))
    watcher = Supervisor(workspace)
    watcher.put(program)
    assert eventually(lambda: b"}" in watcher.log(program.name).read_bytes())
    seen = json.loads(watcher.log(program.name).read_text())
    assert set(seen) - {"LC_CTYPE"} <= {"URL", "PLAIN", "PORT", "PATH", "HOME", "LANG", "BAKEHOUSE_ROOT"}
    assert seen["URL"] == "pg://clear of db@x"
    assert seen["PLAIN"] == "50% ; #é\n"
    assert seen["PORT"] == "8080"
    run_file = watcher.folder(program.name) / "run.json"
    assert run_file.stat().st_mode & 0o777 == 0o600
    assert b"clear of" not in run_file.read_bytes()


def test_a_secret_from_the_shell_outlives_the_shell(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = python(workspace, "import os, time; print(os.environ['P'], flush=True); time.sleep(600)")
    program = replace(program, run=replace(program.run, environment={"P": Secret("env", "SHELL_SECRET")}))
    watcher = Supervisor(workspace)
    watcher.ensure_running()
    monkeypatch.setenv("SHELL_SECRET", "from the shell")
    watcher.put(program)
    assert eventually(lambda: watcher.log(program.name).read_text() == "from the shell\n")
    monkeypatch.delenv("SHELL_SECRET")
    watcher.restart(program.name)
    assert eventually(lambda: watcher.log(program.name).read_text() == "from the shell\n" * 2)
    assert watcher.holds(program)


def test_files_with_secrets_are_for_the_owner_only(workspace: Workspace) -> None:
    program = python(workspace, SLEEP)
    files = (
        FileToWrite("/etc/app.conf", Text(("password=", Secret("local", "db", "1"))), "0644"),
        FileToWrite("/etc/plain.sh", "echo", "755"),
    )
    program = replace(program, run=replace(program.run, files=files))
    watcher = Supervisor(workspace)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    etc = watcher.root(program.name) / "etc"
    assert (etc / "app.conf").read_text() == "password=clear of db"
    assert (etc / "app.conf").stat().st_mode & 0o777 == 0o600
    assert (etc / "plain.sh").stat().st_mode & 0o777 == 0o755


def test_a_killed_supervisor_is_replaced_and_its_orphans_end_first(workspace: Workspace) -> None:
    watcher = Supervisor(workspace)
    one, two = python(workspace, SLEEP, "one"), python(workspace, SLEEP, "two")
    for program in (one, two):
        watcher.put(program)
        assert eventually(partial(up, watcher, program.name))
    orphans = [watcher.process(p.name) for p in (one, two)]
    os.kill(supervisor_pid(workspace), signal.SIGKILL)
    assert all(orphan and orphan.alive for orphan in orphans)
    assert eventually(lambda: watcher.process(one.name) is None), "an orphan does not count as running"
    assert watcher.put(one)
    assert eventually(lambda: up(watcher, one.name))
    assert not any(orphan and orphan.alive for orphan in orphans)
    assert watcher.process(two.name) is None, "nobody asked for it yet"
    watcher.start(two.name)
    assert eventually(lambda: up(watcher, two.name))


def test_a_copied_project_leaves_the_programs_of_the_original_alone(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(workspace.home, copy / "local")
    other = Supervisor(replace(workspace, root=copy, home=copy / "local"))
    assert other.process(program.name) is None
    other.put(program)
    assert eventually(lambda: up(other, program.name))
    assert up(watcher, program.name)
    other.remove(program.name)
    assert up(watcher, program.name)
    assert processes_of(copy) == []


def test_a_supervisor_is_found_by_whoever_has_other_folders_for_sockets(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    before = watcher.process(program.name)
    elsewhere = Supervisor(replace(workspace, runtime=tmp_path_factory.mktemp("rt") / "ours"))
    elsewhere.put(python(workspace, SLEEP, "other"))
    assert elsewhere.process(program.name) == before
    for name in elsewhere.names():
        elsewhere.remove(name)
    assert processes_of(workspace.root) == []
    assert not workspace.runtime.exists()


def test_what_an_unreachable_supervisor_watches_counts_as_not_running(workspace: Workspace) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    os.kill(supervisor_pid(workspace), signal.SIGSTOP)
    assert eventually(lambda: not up(watcher, program.name))
    os.kill(supervisor_pid(workspace), signal.SIGCONT)
    assert eventually(lambda: up(watcher, program.name))
    for path in workspace.runtime.iterdir():
        path.unlink()
    assert not up(watcher, program.name)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))


def test_a_moved_project_ends_what_ran_at_its_old_place(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    before = watcher.process(program.name)
    place = tmp_path_factory.mktemp("moved")
    workspace.home.rename(place / "local")
    moved = Supervisor(replace(workspace, root=place, home=place / "local"))
    assert not up(moved, program.name)
    moved.put(program)
    assert eventually(lambda: up(moved, program.name))
    assert before
    assert not before.alive
    moved.remove(program.name)
    assert processes_of(workspace.root) == []


def test_grandchildren_that_left_the_group_end_with_the_program(workspace: Workspace) -> None:
    code = (
        "import subprocess, sys, time;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True);"
        "print('up', flush=True); time.sleep(600)"
    )
    watcher, program = Supervisor(workspace), python(workspace, code)
    watcher.put(program)
    assert eventually(lambda: b"up" in watcher.log(program.name).read_bytes())
    assert len(processes_of(workspace.home / "run")) == 2
    watcher.stop(program.name)
    assert processes_of(workspace.home / "run") == []


def test_many_threads_start_one_supervisor(workspace: Workspace) -> None:
    programs = [python(workspace, SLEEP, f"p{n}") for n in range(6)]
    threads = [threading.Thread(target=Supervisor(workspace).put, args=[p]) for p in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watcher = Supervisor(workspace)
    assert eventually(lambda: all(up(watcher, p.name) for p in programs))
    assert len([p for p in processes_of(workspace.home) if "supervisord" in p]) == 1
    threads = [threading.Thread(target=Supervisor(workspace).remove, args=[p.name]) for p in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert processes_of(workspace.root) == []
    assert not workspace.home.exists()


@pytest.mark.parametrize("name", ["a b", "50%", "semi ;colon #x", "qu'o\"te", "[glob]*", "ünï"])
def test_folders_may_have_any_name(isolated_home: Path, tmp_path: Path, name: str) -> None:
    workspace = make_workspace(tmp_path / name)
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    try:
        assert eventually(lambda: up(watcher, program.name)), watcher.log(program.name).read_text()
    finally:
        watcher.remove(program.name)
    assert processes_of(tmp_path) == []


def test_the_local_status_takes_less_than_ten_milliseconds(workspace: Workspace) -> None:
    watcher, program = Supervisor(workspace), python(workspace, SLEEP)
    watcher.put(program)
    assert eventually(lambda: up(watcher, program.name))
    start = time.perf_counter()
    for _ in range(100):
        assert watcher.process(program.name)
    assert (time.perf_counter() - start) / 100 < 0.005
