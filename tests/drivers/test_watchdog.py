"""A child never outlives us, whatever it does and however we end."""

import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bakehouse.drivers.sdk import PermanentFault, TransientFault
from bakehouse.drivers.watchdog import Child, Command, Exit
from local_target import eventually

pytestmark = pytest.mark.slow

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def shell(tmp_path: Path, script: str, said: bytes = b"") -> Command:
    return Command(("sh", "-c", script), tmp_path, ENVIRONMENT, said)


def text(path: Path) -> str:
    return path.read_text()


def pid_in(path: Path) -> int:
    assert eventually(lambda: path.exists() and text(path).strip().isdigit())
    return int(text(path))


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_output_and_exit_status_lie_in_private_files(tmp_path: Path) -> None:
    with Child(shell(tmp_path, "cat; echo problem >&2; exit 3", b"what was said"), tmp_path) as child:
        assert child.wait(10)
        assert child.exit() == Exit(code=3)
        assert (text(child.output), text(child.errors)) == ("what was said", "problem\n")
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"child.out", "child.err", "child.exit"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_much_input_that_nobody_reads_blocks_nothing(tmp_path: Path) -> None:
    with Child(shell(tmp_path, "exit 0", b"x" * 5_000_000), tmp_path) as child:
        assert child.wait(10)
        assert child.exit().good


def test_it_has_only_the_environment_that_it_was_given(tmp_path: Path) -> None:
    with Child(Command(("env",), tmp_path, {"PATH": os.environ["PATH"], "A": "1"}), tmp_path) as child:
        assert child.wait(10)
        assert {line.split("=")[0] for line in text(child.output).splitlines()} <= {"PATH", "A", "LC_CTYPE"}


@pytest.mark.parametrize(
    ("argv", "said"),
    [(("./nothing",), "No such file"), (("/etc/passwd",), "Permission denied"), (("/",), "denied")],
)
def test_what_cannot_be_run_is_said(tmp_path: Path, argv: tuple[str, ...], said: str) -> None:
    with Child(Command(argv, tmp_path, ENVIRONMENT), tmp_path) as child:
        assert child.wait(10)
        assert said in str(child.exit())


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PermanentFault, match="cannot be run"):
        Child(Command(("true",), tmp_path / "missing", ENVIRONMENT), tmp_path)


def test_a_child_that_kills_itself_is_told_from_one_that_ends(tmp_path: Path) -> None:
    with Child(shell(tmp_path, "kill -9 $$"), tmp_path) as child:
        assert child.wait(10)
        assert child.exit() == Exit(signal=9)
        assert str(child.exit()) == "was ended by SIGKILL"


def test_stopping_asks_first(tmp_path: Path) -> None:
    script = "trap 'echo bye; exit 0' INT; echo ready; while :; do sleep 0.05; done"
    with Child(shell(tmp_path, script), tmp_path) as child:
        assert eventually(lambda: text(child.output) == "ready\n")
        assert child.stop() == Exit(code=0)
    assert text(child.output) == "ready\nbye\n"


@pytest.mark.scenario(5)
def test_who_does_not_listen_is_killed_after_the_grace_period(tmp_path: Path) -> None:
    script = "trap '' INT TERM; echo $$ > pid; while :; do sleep 0.05; done"
    with Child(shell(tmp_path, script), tmp_path, grace=0.3) as child:
        pid = pid_in(tmp_path / "pid")
        start = time.monotonic()
        assert child.stop() == Exit(signal=9)
        assert 0.25 < time.monotonic() - start < 5
    assert not alive(pid)


@pytest.mark.scenario(5)
def test_descendants_that_moved_to_a_session_of_their_own_are_ended_too(tmp_path: Path) -> None:
    script = "setsid sh -c 'echo $$ > pid; trap \"\" INT; sleep 600' & sleep 600"
    with Child(shell(tmp_path, script), tmp_path, grace=0.3) as child:
        pid = pid_in(tmp_path / "pid")
        child.stop()
        assert not alive(pid)


def test_leaving_the_block_by_an_error_stops_the_child(tmp_path: Path) -> None:
    def work() -> None:
        with Child(shell(tmp_path, "echo $$ > pid; sleep 600"), tmp_path, grace=0.3):
            pid_in(tmp_path / "pid")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert not alive(int(text(tmp_path / "pid")))


PARENT = """
import os, sys, threading, time
from pathlib import Path
from bakehouse.drivers.watchdog import Child, Command
folder = Path(sys.argv[1])
def work():
    script = "trap 'echo asked > asked' INT; echo $$ > pid; while :; do sleep 0.05; done"
    Child(Command(("sh", "-c", script), folder, dict(os.environ)), folder, grace=0.4)
thread = threading.Thread(target=work)
thread.start()
thread.join()
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.scenario(5)
def test_when_we_are_killed_the_child_ends_and_its_status_is_left(tmp_path: Path, number: int) -> None:
    """The thread that started it has ended long before: it lives as long as the process, not the thread."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)])
    pid = pid_in(tmp_path / "pid")
    time.sleep(0.3)
    assert alive(pid)
    parent.send_signal(number)
    parent.wait()
    assert eventually(lambda: not alive(pid))
    assert eventually((tmp_path / "child.exit").exists)
    assert (tmp_path / "asked").exists()
    assert '"signal": 9' in text(tmp_path / "child.exit")


def test_children_started_at_once_do_not_hold_each_others_lifelines(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(5)]
    children = []
    for folder in folders:
        folder.mkdir()
        children.append(Child(shell(folder, "echo $$ > pid; sleep 600"), folder, grace=1.0))
    pids = [pid_in(folder / "pid") for folder in folders]
    start = time.monotonic()
    with children[0], children[1], children[2], children[3], children[4]:
        assert children[2].stop() == Exit(signal=2)
        assert [alive(pid) for pid in pids] == [True, True, False, True, True]
    assert time.monotonic() - start < 5
    assert not any(alive(pid) for pid in pids)


@pytest.mark.scenario(28)
def test_a_killed_guard_is_a_passing_fault(tmp_path: Path) -> None:
    with Child(shell(tmp_path, "echo $PPID > pid; exec sleep 3"), tmp_path) as child:
        os.kill(pid_in(tmp_path / "pid"), signal.SIGKILL)
        assert child.wait(5)
        with pytest.raises(TransientFault, match="guard"):
            child.exit()
        (tmp_path / "child.exit").write_text('{"code": 0}')


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs a child as somebody else")
def test_root_may_run_it_as_somebody_else(tmp_path: Path) -> None:
    user = pwd.getpwnam("nobody")
    command = Command(("id", "-u"), Path("/"), ENVIRONMENT, user=(user.pw_uid, user.pw_gid))
    with Child(command, tmp_path) as child:
        assert child.wait(10)
        assert text(child.output).strip() == str(user.pw_uid)
