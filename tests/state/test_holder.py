"""Whether a holder's process is gone is told without guessing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from bakehouse.plans.state.holder import current_holder, is_gone


def test_this_process_is_not_gone() -> None:
    me = current_holder("dev", "apply")
    assert (me.actor, me.purpose, me.pid) == ("dev", "apply", os.getpid())
    assert not is_gone(me)


@pytest.mark.scenario(7)
def test_another_process_under_the_same_number_is_another() -> None:
    assert is_gone(replace(current_holder("dev", "apply"), pid_started="1"))


@pytest.mark.scenario(7)
def test_a_killed_process_is_gone_even_before_its_parent_noticed(tmp_path: Path) -> None:
    script = "import sys; from bakehouse.plans.state.holder import current_holder as h; m = h('a', 'b')\n"
    script += "print(m.pid, m.pid_started, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    pid, started = child.stdout.readline().split()
    holder = replace(current_holder("dev", "apply"), pid=int(pid), pid_started=started)
    assert not is_gone(holder)
    child.send_signal(signal.SIGSTOP)
    assert not is_gone(holder), "a stopped process may go on"
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(holder), "a zombie writes nothing"
    child.communicate()
    assert is_gone(holder)
