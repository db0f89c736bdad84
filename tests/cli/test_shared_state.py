"""One state for a team: several people, folders and machines' worth of commands on one PostgreSQL database."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import KEY, Desk
from parts.postgres import Server
from parts.postgres import server as running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as found:
        yield found


@pytest.fixture
def shared(desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The small application with its state in a server, and two environments."""
    url = f"postgresql://{server.username}@{server.host}:{server.port}/postgres"
    monkeypatch.setenv("BAKEHOUSE_STATE", url)
    monkeypatch.setenv("PGPASSWORD", server.password)
    monkeypatch.setenv("GREETING_KEY", KEY)
    for name in ("here", "there"):
        desk("env", "create", name, "--type", "plain")
    return desk


def test_two_people_work_with_one_state(shared: Desk, server: Server, tmp_path: Path) -> None:
    secret = ("env", "set", "TOKEN", "-e", "here")
    assert shared(*secret, stdin="planted-77c1", expect=1).codes == ["no-key"]
    shared("key", "init")
    shared(*secret, stdin="planted-77c1")
    colleague = Desk(Path(shutil.copytree(shared.folder, tmp_path / "colleague")))

    command = [sys.executable, "-m", "bakehouse", "apply", "--auto-approve", "-e"]
    places = ((shared, "here"), (colleague, "there"), (colleague, "here"))
    runs = [
        subprocess.Popen(
            [*command, name], cwd=who.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for who, name in places
    ]
    ended = [(*run.communicate(timeout=120), run.returncode) for run in runs]
    assert ended[1][2] == 0, ended[1]
    assert sorted([ended[0][2], ended[2][2]]) in ([0, 0], [0, 4], [0, 5]), ended

    assert "Nothing to do" in colleague("plan", "-e", "here").out
    assert "Nothing to do" in shared("plan", "-e", "there").out
    assert shared("state", "doctor").out == "The state is well.\n"
    assert shared("state", "backup", expect=1).codes == ["backup-elsewhere"]
    assert not (shared.folder / ".bakehouse" / "state.db").exists()

    wrong = shared("plan", "-e", "here", expect=1, PGPASSWORD="planted-77c1")
    assert wrong.codes == ["state-login"]
    given = f"postgresql://{server.username}:planted-77c1@{server.host}:{server.port}/postgres"
    assert "planted-77c1" not in wrong.err + shared("plan", "--state", given, expect=1).err


def test_what_one_person_began_goes_into_the_state_of_the_team(
    set_desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_desk("env", "set", "TOKEN", "-e", "here", stdin="planted-77c1")
    set_desk("apply", "--auto-approve")
    exported = set_desk("state", "export", "here.zip").out
    assert exported.startswith("hello/here (2 resources, 1 deployment, 1 secret) is written to here.zip.\n")

    monkeypatch.setenv("PGPASSWORD", server.password)
    team = ("--state", f"postgresql://{server.username}@{server.host}:{server.port}/postgres?schema=moved")
    assert set_desk("state", "import", "here.zip", *team).out == (
        "hello/here (2 resources, 1 deployment, 1 secret) is here now.\n\n"
        "Next: in the store that it came from, bakehouse state rm --all -e here, then bakehouse env delete here.\n"
    )
    assert "Nothing to do" in set_desk("plan", *team).out
    assert set_desk("history", *team).out == set_desk("history").out
    assert set_desk("state", "doctor", *team).out == "The state is well.\n"

    set_desk("state", "rm", "--all", "--auto-approve")
    set_desk("env", "delete", "here", "--auto-approve")
    assert set_desk("state", "import", "here.zip", *team, expect=1).codes == ["environment-exists"]
