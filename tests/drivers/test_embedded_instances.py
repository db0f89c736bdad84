"""The servers of `embedded-mysql` and `embedded-amqp`: whom they run as, who gets in, what survives, what is left."""

import contextlib
import os
import pwd
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pika
import psutil
import pymysql
import pytest
from pika.exceptions import ProbableAuthenticationError

from bakehouse.drivers.builtin.amqp import Amqp
from bakehouse.drivers.builtin.embedded import EmbeddedAmqp, EmbeddedMysql
from bakehouse.drivers.builtin.local import supervisor, system
from bakehouse.drivers.builtin.mysql import Mysql
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import NotFound, PermanentFault
from bakehouse.graph.values import Secret
from local_target import eventually
from parts.finding import need
from parts.mysql import INSTALL, MARIADB
from parts.rabbitmq import RABBITMQ
from plain_user import as_plain_user

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _target(monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> None:
    entry = str(Path(__file__).parent.parent / "local" / "launcher.py")
    monkeypatch.setattr(supervisor, "LAUNCHER", (sys.executable, entry))
    folders = (need(part).parent for part in (MARIADB, INSTALL, RABBITMQ))
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), os.environ["PATH"]]))


@dataclass(frozen=True)
class Client:
    """Whoever connects to a server that was made with this bench."""

    bench: Bench

    def password(self, held: Held) -> str:
        secret = held.outputs["password"]
        assert isinstance(secret, Secret)
        return self.bench.vault.reveal(secret)

    def mysql(self, held: Held, password: str | None = None, **words: Any) -> "pymysql.Connection[Any]":
        return pymysql.connect(
            host=str(held.outputs["host"]), port=int(str(held.outputs["port"])), autocommit=True,
            user=str(held.outputs["username"]), password=password or self.password(held), **words,
        )  # fmt: skip

    def amqp(self, held: Held, password: str | None = None) -> Any:
        login = pika.PlainCredentials(str(held.outputs["username"]), password or self.password(held))
        host, port = str(held.outputs["host"]), int(str(held.outputs["port"]))
        return pika.BlockingConnection(
            pika.ConnectionParameters(host, port, str(held.outputs["vhost"]), login)
        )

    def process(self, held: Held) -> psutil.Process:
        where = int(str(held.outputs["port"]))
        return next(
            psutil.Process(c.pid)
            for c in psutil.net_connections("tcp")
            if c.status == "LISTEN" and c.laddr[1:] == (where,) and c.pid
        )


def asked(connection: "pymysql.Connection[Any]", statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def server_of(held: Held) -> dict[str, Any]:
    names = ("host", "port", "management", "username", "password")
    return {name: held.outputs[name] for name in names if name in held.outputs}


def listening(found: psutil.Process) -> list[tuple[Any, ...]]:
    return [tuple(c.laddr) for c in found.net_connections() if c.status == "LISTEN"]


def files(bench: Bench, held: Held, base: Path) -> Iterator[Path]:
    for place in (base, bench.folder):
        yield from (file for file in place.rglob("*") if file.is_file())


def assert_nobody_is_root_and_no_password_is_in_clear(bench: Bench, held: Held) -> None:
    found = Client(bench).process(held)
    base = Path(found.cwd()).parent
    assert 0 not in (*found.uids(), *found.gids())
    if os.geteuid() == 0:
        assert base.parent == system.SYSTEM
        assert pwd.getpwuid((base / "data").stat().st_uid).pw_name in {"mysql", "rabbitmq", "nobody"}
        assert (base.stat().st_uid, base.stat().st_mode & 0o777) == (0, 0o711), "it cannot exchange its data"
    assert (base / "data").stat().st_mode & 0o777 == 0o700
    clear = [text.encode() for text in bench.vault.clear]
    assert clear
    assert [f for f in files(bench, held, base) if any(text in f.read_bytes() for text in clear)] == []
    said = "\0".join([*found.cmdline(), *(f"{k}={v}" for k, v in found.environ().items())]).encode()
    assert [text for text in clear if text in said] == []


def crash(found: psutil.Process) -> None:
    """Kill the server, its watcher, and all that it started: what a machine without power leaves."""
    for victim in (psutil.Process(found.ppid()), found, *found.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Bench]:
    with Bench(EmbeddedMysql(), tmp_path) as bench:
        yield bench


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Bench]:
    with Bench(EmbeddedAmqp(), tmp_path) as bench:
        bench.seconds = 240.0
        yield bench


def test_mariadb_lets_only_its_administrator_in_by_loopback_and_its_password(database: Bench) -> None:
    held, client = database.create({}), Client(database)
    with client.mysql(held) as connection:
        users = asked(connection, "SELECT User, Host FROM mysql.user ORDER BY User")
        assert users == [("mariadb.sys", "localhost"), ("root", "127.0.0.1")]
        assert [name for (name,) in asked(connection, "SHOW DATABASES") if name == "test"] == []
        assert asked(connection, "SELECT @@skip_networking, @@socket") == [(0, "")]
    for password in ("wrong", ""):
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            pymysql.connect(
                host="127.0.0.1", port=int(str(held.outputs["port"])), user="root", password=password
            )
    found = client.process(held)
    assert listening(found) == [("127.0.0.1", held.outputs["port"])]
    assert not any(c.laddr for c in found.net_connections("unix"))
    assert_nobody_is_root_and_no_password_is_in_clear(database, held)
    after = database.rotate(held)
    client.mysql(after).close()
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        client.mysql(held)
    assert_nobody_is_root_and_no_password_is_in_clear(database, after)
    database.delete(after)


def test_mariadb_keeps_data_and_port_over_a_crash_of_the_machine_until_it_is_deleted(database: Bench) -> None:
    held, client = database.create({}), Client(database)
    with client.mysql(held) as connection:
        asked(connection, "CREATE DATABASE bakery")
        asked(connection, "CREATE TABLE bakery.bread AS SELECT 'rye' AS name")
    found = client.process(held)
    base = Path(found.cwd()).parent
    (base / "first.sql").write_bytes(b"\xff damaged")
    crash(found)
    assert eventually(lambda: not database.status(held).running)
    after = database.update(held, {})
    assert after.outputs == held.outputs
    with client.mysql(after) as connection:
        assert asked(connection, "SELECT name FROM bakery.bread") == [("rye",)]
    lines = [line for _, line in database.driver.logs(database.context(after.prior()), lines=50)]
    assert any("ready for connections" in line for line in lines)
    database.delete(after)
    assert not base.exists()
    assert [path for path in (database.folder / "home").rglob("*") if path.is_file()] == []
    with pytest.raises(NotFound):
        database.update(after, {})


def test_a_mariadb_whose_making_was_cut_off_is_made_again_and_whose_answer_was_lost_is_kept(
    database: Bench,
) -> None:
    held, client = database.create({}), Client(database)
    base = Path(client.process(held).cwd()).parent
    database.pause(held)
    (base / "data").rename(base / "new-cut")
    again = database.create({})
    with client.mysql(again) as connection:
        asked(connection, "CREATE DATABASE bakery")
    assert [path.name for path in base.glob("new-*")] == []
    once_more = database.create({})
    with client.mysql(once_more) as connection:
        assert ("bakery",) in asked(connection, "SHOW DATABASES")
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        client.mysql(again)
    database.delete(once_more)


def test_a_database_of_a_mariadb_that_sleeps_is_dropped_all_the_same(database: Bench, tmp_path: Path) -> None:
    held, client = database.create({}), Client(database)
    orders = Bench(Mysql(), tmp_path, vault=database.vault)
    orders.workspace = database.workspace
    made = orders.create({"server": server_of(held), "database": "orders"})
    client.mysql(made, database="orders").close()
    database.pause(held)
    orders.delete(made)
    assert database.status(held).running
    assert orders.find(made.inputs) is None
    database.delete(held)


def test_rabbitmq_lets_only_its_administrator_in_by_loopback_and_starts_no_port_mapper(
    broker: Bench, tmp_path: Path
) -> None:
    mappers = {found.pid for found in psutil.process_iter() if found.name() == "epmd"}
    held, client = broker.create({}), Client(broker)
    found = client.process(held)
    api = int(str(held.outputs["management"]).rpartition(":")[2])
    assert sorted(listening(found)) == sorted([("127.0.0.1", held.outputs["port"]), ("127.0.0.1", api)])
    started = (found, *found.children(recursive=True))
    assert [one for one in started[1:] if listening(one)] == []
    assert {one.pid for one in psutil.process_iter() if one.name() == "epmd"} == mappers
    assert_nobody_is_root_and_no_password_is_in_clear(broker, held)
    tasks = Bench(Amqp(), tmp_path, vault=broker.vault)
    tasks.workspace = broker.workspace
    made = tasks.create({"server": server_of(held), "vhost": "tasks"})
    with client.amqp(made) as connection, connection.channel() as channel:
        channel.queue_declare("bread", durable=True)
        channel.basic_publish("", "bread", b"rye", pika.BasicProperties(delivery_mode=2))
    with pytest.raises(ProbableAuthenticationError):
        client.amqp(made, "wrong")
    after = broker.rotate(held)
    assert server_of(after) != server_of(held)
    with pytest.raises(PermanentFault, match="401"):
        tasks.read(made)
    made = tasks.update(made, {"server": server_of(after), "vhost": "tasks"})
    crash(client.process(after))
    assert eventually(lambda: not broker.status(after).running)
    again = broker.update(after, {})
    assert again.outputs == after.outputs
    with client.amqp(made) as connection, connection.channel() as channel:
        assert channel.basic_get("bread", auto_ack=True)[2] == b"rye"
    broker.pause(again)
    tasks.delete(made)
    assert broker.status(again).running, "a virtual host of a server that sleeps is deleted all the same"
    assert tasks.find(made.inputs) is None
    base = Path(client.process(again).cwd()).parent
    broker.delete(again)
    assert not base.exists()
    assert [path for path in (broker.folder / "home").rglob("*") if path.is_file()] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a plain user")
@pytest.mark.parametrize("driver", [EmbeddedMysql, EmbeddedAmqp])
def test_a_plain_user_has_it_all_in_the_environments_folder(
    driver: type[EmbeddedMysql] | type[EmbeddedAmqp],
) -> None:
    said = as_plain_user(Path(__file__).with_name("embedded.py"), driver.name)
    assert said["uid"] == pwd.getpwnam("nobody").pw_uid
    assert said["running"]
    assert [path.startswith(f"{said['folder']}/home/{driver.name}/") for path in said["data"]] == [True]
    assert said["left"] == []


@pytest.mark.parametrize("driver", [EmbeddedMysql, EmbeddedAmqp])
def test_without_its_program_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: type[EmbeddedMysql] | type[EmbeddedAmqp]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(driver, "folders", ())
    with Bench(driver(), tmp_path) as bench, pytest.raises(PermanentFault) as caught:
        bench.create({})
    assert caught.value.message == f"{driver.program} is not on the PATH of this machine"
    assert caught.value.hint == driver.install
    assert "Debian's" in str(caught.value.hint)
