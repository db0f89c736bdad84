"""Questions at a terminal, asked and answered over a real one."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest

from desk import KEY, Desk

pytestmark = pytest.mark.slow

Answer = bytes | Callable[[], bytes]
"""What is typed, or what gives it when the question stands there."""


def talk(desk: Desk, words: list[str], answers: Sequence[tuple[str, Answer]]) -> tuple[int, str]:
    """Run the command on a terminal; each answer is typed once its question is on the screen. Exit code, screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bakehouse", *words],
        cwd=desk.folder,
        env={**os.environ, "NO_COLOR": "1", "GREETING_KEY": KEY, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_own_the_terminal,
    )
    os.close(theirs)
    screen, waiting = "", list(answers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                screen += os.read(ours, 65536).decode(errors="replace")
            except OSError:
                break
        if waiting and waiting[0][0] in screen:
            answer = waiting.pop(0)[1]
            os.write(ours, answer if isinstance(answer, bytes) else answer())
    os.close(ours)
    assert not waiting, screen
    return process.wait(timeout=10), screen


def _own_the_terminal() -> None:
    """Make the terminal the one whose Ctrl-C reaches this process."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


QUESTION = "Apply these changes in hello/here? [y/N]"


def test_yes_applies_and_shows_how_it_went(set_desk: Desk) -> None:
    code, screen = talk(set_desk, ["apply"], [(QUESTION, b"y\n")])
    assert code == 0, screen
    assert "greeting#shared.again  created" in screen
    assert "Applied: deployment 1 of hello in here" in screen


def test_anything_else_changes_nothing(set_desk: Desk) -> None:
    code, screen = talk(set_desk, ["apply"], [(QUESTION, b"\n")])
    assert code == 6
    assert "[approval-missing]" in screen
    assert set_desk.read("history")["deployments"] == []


def test_ctrl_c_at_the_question_changes_nothing(set_desk: Desk) -> None:
    code, screen = talk(set_desk, ["apply"], [(QUESTION, b"\x03")])
    assert code == 130
    assert "Traceback" not in screen
    assert set_desk.read("history")["deployments"] == []


def test_what_moved_before_the_answer_is_shown_and_asked_again(set_desk: Desk) -> None:
    set_desk("apply", "--auto-approve")
    set_desk.edit("bakehouse.yaml", lambda text: text.replace("{name: world}", "{name: moon}"))

    def somebody_else_was_faster() -> bytes:
        set_desk("apply", "--auto-approve")
        return b"y\n"

    code, screen = talk(set_desk, ["apply"], [(QUESTION, somebody_else_was_faster)])
    assert code == 0, screen
    assert "was changed by deployment 2" in screen
    assert "Nothing to do" in screen


def test_a_protected_destroy_asks_for_the_name(desk: Desk) -> None:
    desk("env", "create", "prod", "--type", "careful")
    desk("apply", "--auto-approve")
    asked = [("Destroy everything in hello/prod? [y/N]", b"y\n"), ("Type prod to confirm:", b"prod\n")]
    code, screen = talk(desk, ["destroy", "--allow-destroy", "all"], asked)
    assert code == 0, screen
    assert desk.read("state", "list")["resources"] == []


@pytest.mark.parametrize(("answer", "code", "address"), [(b"n\n", 6, "world"), (b"y\n", 0, "globe")])
def test_an_address_that_nobody_asks_for_is_asked_about(
    set_desk: Desk, answer: bytes, code: int, address: str
) -> None:
    set_desk("apply", "--auto-approve")
    words = ["state", "mv", "greeting#shared.world", "greeting#shared.globe"]
    question = "Give it the address greeting#shared.globe all the same? [y/N]"
    ended, screen = talk(set_desk, words, [(question, answer)])
    assert ended == code, screen
    found = [r["address"] for r in set_desk.read("state", "list")["resources"]]
    assert sorted(found) == sorted(["greeting#shared.again", f"greeting#shared.{address}"])


def test_a_secret_is_typed_unseen(set_desk: Desk) -> None:
    code, screen = talk(set_desk, ["env", "set", "TOKEN"], [("Value of TOKEN:", b"planted-unseen\n")])
    assert code == 0, screen
    assert "planted-unseen" not in screen
    assert "TOKEN = ***" in screen


def test_a_template_asks_until_an_answer_fits(desk: Desk) -> None:
    empty = Desk(desk.folder.parent / "empty")
    empty.folder.mkdir()
    asked = [
        ("Name of the workload [worker]:", b"\n"),
        ("Seconds between two looks for jobs [5]:", b"never\n"),
        ("expected a whole number. Seconds between two looks for jobs [5]:", b"7\n"),
        ("How much it prints (info, debug, warning) [info]:", b"debug\n"),
    ]
    code, screen = talk(empty, ["init", "--template", "worker"], asked)
    assert code == 0, screen
    score = (empty.folder / "services/worker/score.yaml").read_text()
    assert 'INTERVAL_SECONDS: "7"' in score
    assert "LOG_LEVEL: debug" in score
    asked = [
        ("Name of the workload", b"\n"),
        ("Seconds between", b"8\n"),
        ("How much it prints", b"\n"),
        ("services/worker/score.yaml is there already. Overwrite it? [y/N]", b"n\n"),
        ("services/worker/main.py is there already. Overwrite it? [y/N]", b"y\n"),
    ]
    code, screen = talk(empty, ["init", "--template", "worker"], asked)
    assert code == 0, screen
    assert (empty.folder / "services/worker/score.yaml").read_text() == score
    assert '"INTERVAL_SECONDS", "8"' in (empty.folder / "services/worker/main.py").read_text()
