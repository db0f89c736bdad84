"""The driver `mysql` keeps every promise over a real MariaDB, and takes nothing over that is not its own."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pymysql
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bakehouse.drivers.builtin.mysql import Mysql, MysqlConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, NotFound, PermanentFault, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Unknown, Value
from parts.mysql import MysqlServer, mysql

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def my() -> Iterator[MysqlServer]:
    with mysql() as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(my: MysqlServer) -> Iterator[None]:
    yield
    for (name,) in rows(my, "SELECT schema_name FROM information_schema.schemata"):
        if name.startswith("orders"):
            by_hand(my, f"DROP DATABASE `{name}`")
    for name, host in rows(my, "SELECT User, Host FROM mysql.user"):
        if name.startswith("orders"):
            by_hand(my, f"DROP USER '{name}'@'{host}'")


def rows(my: MysqlServer, statement: str) -> list[tuple[Any, ...]]:
    place: dict[str, Any] = {"host": my.host, "port": my.port, "user": my.username}
    with (
        pymysql.connect(**place, password=my.password, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return list(cursor.fetchall())


def by_hand(my: MysqlServer, *statements: str) -> None:
    for statement in statements:
        rows(my, statement)


def given(my: MysqlServer, vault: Vault, **more: Value) -> dict[str, Value]:
    password = vault.put("admin", my.password)
    place = {"host": my.host, "port": my.port, "username": my.username, "password": password}
    return {"server": place, "database": "orders", **more}


def enter(bench: Bench, held: Held) -> "pymysql.Connection[Any]":
    out = held.outputs
    password = out["password"]
    assert isinstance(password, Secret)
    return pymysql.connect(
        host=out["host"], port=out["port"], user=out["username"], database=out["database"],
        password=bench.vault.reveal(password), autocommit=True,
    )  # fmt: skip


def asked(connection: "pymysql.Connection[Any]", statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


class TestMysql(DriverConformance):
    @pytest.fixture
    def driver(self) -> Mysql:
        return Mysql()

    @pytest.fixture
    def inputs(self, vault: Vault, my: MysqlServer) -> Mapping[str, Value]:
        return given(my, vault)

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "collation": "utf8mb4_bin"}

    @pytest.fixture
    def break_it(self, my: MysqlServer) -> InTheWorld:
        def revoke(bench: Bench, held: Held) -> None:
            by_hand(my, "REVOKE INSERT ON `orders`.* FROM 'orders'@'%'")

        return revoke

    @pytest.fixture
    def remove_it(self, my: MysqlServer) -> InTheWorld:
        def drop(bench: Bench, held: Held) -> None:
            by_hand(my, "DROP DATABASE orders", "DROP USER 'orders'@'%'")

        return drop

    @pytest.fixture
    def existing(self, my: MysqlServer) -> Existing:
        def make(bench: Bench) -> str:
            by_hand(my, "CREATE DATABASE orders", "CREATE USER 'orders'@'%' IDENTIFIED BY 'of the old days'")
            by_hand(my, "GRANT ALL ON `orders`.* TO 'orders'@'%'")
            return "orders"

        return make

    @pytest.fixture
    def count(self, my: MysqlServer) -> Callable[[Bench], int]:
        def objects(bench: Bench) -> int:
            users = rows(my, "SELECT count(*) FROM mysql.user WHERE User = 'orders'")
            databases = "SELECT count(*) FROM information_schema.schemata WHERE schema_name = 'orders'"
            assert users == rows(my, databases)
            return int(users[0][0])

        return objects

    @pytest.fixture
    def failing(self, my: MysqlServer, inputs: Mapping[str, Value], vault: Vault) -> tuple[Failing, ...]:
        place = dict(inputs["server"])
        wrong = vault.put("wrong", "not the password")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        return (
            Failing(TransientFault, {**inputs, "server": {**place, "port": closed}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "password": wrong}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "tls": True}}),
            Failing(PermanentFault, {"database": "orders"}),
            Failing(Conflict, {**inputs, "database": "mysql"}),
            Failing(Conflict, {**inputs, "username": "admin"}),
            Failing(PermanentFault, {**inputs, "collation": "klingon"}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Mysql(), tmp_path) as bench:
        yield bench


def test_the_user_has_its_database_and_no_other(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault, database="orders_1"))
    other = replace(bench, uid="6f1cb7c1-0b8e-4f5e-9d9e-0d4f6f9b2f11")
    second = other.create(given(my, bench.vault, database="ordersx1"))
    with enter(bench, held) as connection:
        asked(connection, "CREATE TABLE bread (name text)")
        assert asked(connection, "SELECT count(*) FROM bread") == (0,)
    stranger = replace(held, outputs={**held.outputs, "database": second.outputs["database"]})
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        enter(bench, stranger)


def test_a_database_of_somebody_else_is_never_taken_over(bench: Bench, my: MysqlServer) -> None:
    by_hand(my, "CREATE DATABASE orders COMMENT 'the shop of 2019'")
    with pytest.raises(Conflict, match="was not made for this resource") as caught:
        bench.create(given(my, bench.vault))
    assert caught.value.owner == "the shop of 2019"
    assert rows(my, "SELECT count(*) FROM mysql.user WHERE User = 'orders'") == [(0,)], (
        "no user is made for it"
    )


@pytest.mark.parametrize("host", ["%", "localhost"])
def test_a_user_of_somebody_else_is_never_taken_over(bench: Bench, my: MysqlServer, host: str) -> None:
    by_hand(my, f"CREATE USER 'orders'@'{host}' IDENTIFIED BY 'theirs'")
    before = rows(my, "SELECT authentication_string FROM mysql.user WHERE User = 'orders'")
    with pytest.raises(Conflict, match="the user orders exists"):
        bench.create(given(my, bench.vault))
    assert rows(my, "SELECT authentication_string FROM mysql.user WHERE User = 'orders'") == before
    assert rows(my, "SHOW DATABASES LIKE 'orders'") == []


def test_an_object_of_another_token_is_left_alone_by_a_delete(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault))
    bench.delete(replace(held, generation=2))
    with enter(bench, held) as connection:
        assert asked(connection, "SELECT 1") == (1,)


@pytest.mark.parametrize("statement", ["DROP DATABASE orders", "DROP USER 'orders'@'%'"])
def test_a_create_that_was_cut_is_found_and_completed(bench: Bench, my: MysqlServer, statement: str) -> None:
    inputs = given(my, bench.vault)
    bench.create(inputs)
    by_hand(my, statement)
    found = bench.find(inputs)
    assert found is not None
    assert "is missing" in str(found.outputs["condition"])
    held = bench.update(found, inputs)
    with enter(bench, held) as connection:
        assert asked(connection, "SELECT current_user()") == ("orders@%",)


def test_what_find_gave_has_no_password_so_an_update_sets_a_new_one(bench: Bench, my: MysqlServer) -> None:
    inputs = given(my, bench.vault)
    first = bench.create(inputs)
    found = bench.find(inputs)
    assert found is not None
    assert "password" not in found.outputs
    second = bench.update(found, inputs)
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        enter(bench, first)
    enter(bench, second).close()


def test_an_update_brings_back_a_lost_user_with_its_recorded_password(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault))
    by_hand(my, "DROP USER 'orders'@'%'")
    assert bench.read(held).outputs["condition"] == "the user orders is missing"
    bench.update(held, held.inputs)
    enter(bench, held).close()
    assert bench.read(held).outputs["condition"] == "complete"


def test_a_password_that_was_changed_behind_our_back_is_told_and_set_again(
    bench: Bench, my: MysqlServer
) -> None:
    held = bench.create(given(my, bench.vault))
    by_hand(my, "SET PASSWORD FOR 'orders'@'%' = PASSWORD('theirs')")
    assert bench.read(held).outputs["condition"] == "the user orders has another password"
    after = bench.update(held, held.inputs)
    assert after.outputs["password"] == held.outputs["password"]
    enter(bench, after).close()
    assert bench.read(after).outputs["condition"] == "complete"


def test_a_user_remade_by_somebody_else_is_not_ours(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault))
    by_hand(my, "DROP USER 'orders'@'%'", "CREATE USER 'orders'@'%' IDENTIFIED BY 'theirs'")
    assert bench.read(held).outputs["condition"] == "the user orders is not ours"
    with pytest.raises(Conflict):
        bench.update(held, held.inputs)
    bench.delete(held)
    assert rows(my, "SELECT Host FROM mysql.user WHERE User = 'orders'") == [("%",)]


def test_a_rotation_replaces_the_password(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault))
    after = bench.rotate(held)
    assert {k for k in after.outputs if after.outputs[k] != held.outputs[k]} == {"password"}
    enter(bench, after).close()
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        enter(bench, held)
    with pytest.raises(PermanentFault, match="only the output password"):
        bench.rotate(after, "host")


def test_a_delete_ends_the_sessions_that_are_in_use(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault))
    connection = enter(bench, held)
    asked(connection, "CREATE TABLE bread (name text)")
    asked(connection, "START TRANSACTION")
    asked(connection, "SELECT count(*) FROM bread")
    bench.delete(held)
    with pytest.raises(pymysql.Error):
        asked(connection, "SELECT 1")
    with pytest.raises(NotFound):
        bench.read(held)


@pytest.mark.parametrize(
    "name",
    [
        "orders`; DROP USER admin; -- ",
        "orders'x",
        "orders %s {user}",
        "orders_ä-☕",
        "ordersORDERS",
        "orders.x/y",
    ],
)
def test_any_name_is_quoted(bench: Bench, my: MysqlServer, name: str) -> None:
    name = name.strip()
    held = bench.create(given(my, bench.vault, database=name))
    try:
        with enter(bench, held) as connection:
            assert asked(connection, "SELECT database(), current_user()") == (name, f"{name}@%")
        assert bench.read(held).outputs == held.outputs
    finally:
        bench.delete(held)


def test_a_connection_serves_in_place_of_the_server_input(bench: Bench, my: MysqlServer) -> None:
    bench.connection = MysqlConnection(
        host=my.host, port=my.port, username=my.username, password=SecretStr(my.password)
    )
    held = bench.create({"database": "orders", "username": "orders-app"})
    assert held.outputs["username"] == "orders-app"
    assert bench.find(held.inputs) is not None
    enter(bench, held).close()
    bench.delete(held)
    assert bench.find(held.inputs) is None


def test_a_server_user_that_may_not_create_is_told_what_it_lacks(bench: Bench, my: MysqlServer) -> None:
    by_hand(my, "CREATE USER 'orders_weak'@'%' IDENTIFIED BY 'weak'")
    with pytest.raises(PermanentFault) as caught:
        bench.create(given(replace(my, username="orders_weak", password="weak"), bench.vault))
    assert "ALL PRIVILEGES" in str(caught.value.hint)


def test_no_clear_password_reaches_the_servers_log(bench: Bench, my: MysqlServer) -> None:
    held = bench.rotate(bench.create(given(my, bench.vault)))
    log = my.log.read_text(errors="replace")
    assert "ALTER USER 'orders'@'%'" in log
    made = held.outputs["password"]
    assert isinstance(made, Secret)
    assert bench.vault.reveal(made) not in log
    bench.delete(held)


def test_another_server_is_planned_as_a_replacement(bench: Bench, my: MysqlServer) -> None:
    held = bench.create(given(my, bench.vault))
    place = dict(held.inputs["server"])
    elsewhere = bench.plan({**held.inputs, "server": {**place, "host": "db.internal"}}, held)
    assert elsewhere is not None
    assert (elsewhere.action, elsewhere.replace_paths) == ("replace", ("server.host",))
    secret = Unknown(Address.parse("config#x"), ("password",), "string", True)
    assert bench.plan({**held.inputs, "server": {**place, "password": secret}}, held) is None


def test_an_adopted_database_keeps_its_rows_and_gets_a_user(bench: Bench, my: MysqlServer) -> None:
    by_hand(
        my, "CREATE DATABASE orders COMMENT 'the shop of 2019'", "CREATE TABLE orders.loaf AS SELECT 7 AS id"
    )
    by_hand(my, "CREATE USER 'orders_boss'@'%'", "GRANT SELECT ON orders.* TO 'orders_boss'@'%'")
    inputs = given(my, bench.vault, username="orders_app")
    assert bench.imported(inputs, "orders").notes == (
        "the user orders_app is made for it",
        "these keep their rights on orders: orders_boss@%",
        "the comment of the database is replaced",
    )
    held = bench.adopt(inputs, "orders")
    with enter(bench, held) as connection:
        assert asked(connection, "SELECT id FROM loaf") == (7,)
    bench.delete(held)


USER = "CREATE USER 'orders'@'%'"


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((USER, "GRANT ALL ON `orders2`.* TO 'orders'@'%'"), "rights on orders2"),
        ((USER, "GRANT CREATE USER ON *.* TO 'orders'@'%'"), "rights on all databases"),
        (("CREATE USER 'orders'@'localhost'",), "bound to localhost"),
        (("ALTER DATABASE orders COMMENT 'bakehouse x.1'",), "belongs to another resource"),
    ],
)
def test_a_database_that_others_depend_on_is_not_adopted(
    bench: Bench, my: MysqlServer, statements: tuple[str, ...], said: str
) -> None:
    by_hand(my, "CREATE DATABASE orders", *statements)
    with pytest.raises(Conflict, match=said):
        bench.imported(given(my, bench.vault), "orders")


def test_the_servers_own_databases_are_not_adopted(bench: Bench, my: MysqlServer) -> None:
    with pytest.raises(Conflict, match="the server's own"):
        bench.imported(given(my, bench.vault), "mysql")


WAITING = "SELECT id FROM information_schema.processlist WHERE state = 'User lock'"


def test_a_server_killed_in_the_middle_of_a_call_is_a_fault_that_may_pass(bench: Bench) -> None:
    caught: list[BaseException] = []
    with mysql() as mortal:
        held = bench.create(given(mortal, bench.vault))
        blocker = pymysql.connect(
            host=mortal.host, port=mortal.port, user=mortal.username, password=mortal.password
        )
        token = bench.context(generation=1).token
        assert asked(blocker, f"SELECT GET_LOCK('{token}', 0)") == (1,)

        def update() -> None:
            try:
                bench.update(held, held.inputs)
            except BaseException as error:
                caught.append(error)

        waiting = threading.Thread(target=update)
        waiting.start()
        while not rows(mortal, WAITING):
            assert waiting.is_alive()
        os.kill(mortal.pid, signal.SIGKILL)
        waiting.join()
    assert [type(error) for error in caught] == [TransientFault]
