"""The driver `postgres` keeps every promise over a real server, and takes nothing over that is not its own."""

import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bakehouse.drivers.builtin.postgres import Postgres, PostgresConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, NotFound, PermanentFault, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Unknown, Value
from parts.postgres import Server, server

pytestmark = pytest.mark.slow

NAMES = "SELECT count(*) FROM pg_roles WHERE rolname = 'orders'"


@pytest.fixture(scope="module", params=["any", "packaged"])
def pg(request: pytest.FixtureRequest) -> Iterator[Server]:
    with server(request.param) as running:
        yield running


@pytest.fixture
def extension(pg: Server) -> str:
    """One that this server could create and has not."""
    with admin(pg) as connection:
        row = connection.execute(
            "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL AND name IN ('hstore', 'vector')"
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(autouse=True)
def _clean(pg: Server) -> Iterator[None]:
    yield
    with admin(pg) as connection:
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'orders%'"
        ).fetchall():
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        for (name,) in connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'orders%'"
        ).fetchall():
            connection.execute(f'DROP ROLE "{name}"')


def admin(pg: Server, database: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(pg.conninfo(database), autocommit=True)


def given(pg: Server, vault: Vault, **more: Value) -> dict[str, Value]:
    password = vault.put("admin", pg.password)
    place = {"host": pg.host, "port": pg.port, "username": pg.username, "password": password}
    return {"server": place, "database": "orders", **more}


def enter(bench: Bench, held: Held) -> "psycopg.Connection[tuple[Any, ...]]":
    out = held.outputs
    password = out["password"]
    assert isinstance(password, Secret)
    return psycopg.connect(
        host=out["host"], port=out["port"], user=out["username"], dbname=out["database"],
        password=bench.vault.reveal(password), autocommit=True,
    )  # fmt: skip


class TestPostgres(DriverConformance):
    @pytest.fixture
    def driver(self) -> Postgres:
        return Postgres()

    @pytest.fixture
    def inputs(self, vault: Vault, pg: Server) -> Mapping[str, Value]:
        return given(pg, vault)

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value], extension: str) -> Mapping[str, Value]:
        return {**inputs, "extensions": [extension]}

    @pytest.fixture
    def break_it(self, pg: Server) -> InTheWorld:
        def alter(bench: Bench, held: Held) -> None:
            with admin(pg) as connection:
                connection.execute("ALTER DATABASE orders OWNER TO admin")

        return alter

    @pytest.fixture
    def remove_it(self, pg: Server) -> InTheWorld:
        def drop(bench: Bench, held: Held) -> None:
            with admin(pg) as connection:
                connection.execute("DROP DATABASE orders")
                connection.execute("DROP ROLE orders")

        return drop

    @pytest.fixture
    def existing(self, pg: Server) -> Existing:
        def by_hand(bench: Bench) -> str:
            with admin(pg) as connection:
                connection.execute("CREATE ROLE orders LOGIN PASSWORD 'of the old days'")
                connection.execute("CREATE DATABASE orders OWNER orders")
            return "orders"

        return by_hand

    @pytest.fixture
    def count(self, pg: Server) -> Callable[[Bench], int]:
        def objects(bench: Bench) -> int:
            with admin(pg) as connection:
                roles = connection.execute(NAMES).fetchone()
                databases = connection.execute(
                    "SELECT count(*) FROM pg_database WHERE datname = 'orders'"
                ).fetchone()
            assert roles == databases
            return int(roles[0]) if roles else 0

        return objects

    @pytest.fixture
    def failing(self, pg: Server, inputs: Mapping[str, Value], vault: Vault) -> tuple[Failing, ...]:
        place = dict(inputs["server"])
        wrong = vault.put("wrong", "not the password")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        return (
            Failing(TransientFault, {**inputs, "server": {**place, "port": closed}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "password": wrong}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "database": "nowhere"}}),
            Failing(PermanentFault, {"database": "orders"}),
            Failing(Conflict, {**inputs, "database": "postgres"}),
            Failing(Conflict, {**inputs, "username": "admin"}),
            Failing(PermanentFault, {**inputs, "extensions": ["no such extension"]}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Postgres(), tmp_path) as bench:
        yield bench


def test_the_role_owns_its_database_and_nobody_else_gets_in(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    other = replace(bench, uid="6f1cb7c1-0b8e-4f5e-9d9e-0d4f6f9b2f11")
    second = other.create(given(pg, bench.vault, database="orders-2"))
    with enter(bench, held) as connection:
        connection.execute("CREATE TABLE bread (name text)")
    stranger = replace(second, outputs={**second.outputs, "database": "orders"})
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        enter(other, stranger)


def test_a_database_of_somebody_else_is_never_taken_over(bench: Bench, pg: Server) -> None:
    with admin(pg) as connection:
        connection.execute("CREATE DATABASE orders")
    with pytest.raises(Conflict, match="was not made for this resource") as caught:
        bench.create(given(pg, bench.vault))
    assert caught.value.owner == "admin"
    with admin(pg) as connection:
        assert connection.execute(NAMES).fetchone() == (0,), "no role is made for a database that is not ours"


def test_a_role_of_somebody_else_is_never_taken_over(bench: Bench, pg: Server) -> None:
    with admin(pg) as connection:
        connection.execute("CREATE ROLE orders LOGIN")
    with pytest.raises(Conflict, match="the role orders exists"):
        bench.create(given(pg, bench.vault))


def test_an_object_of_another_token_is_left_alone_by_a_delete(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    bench.delete(replace(held, generation=2))
    with enter(bench, held) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_create_cut_after_the_role_is_found_and_completed(bench: Bench, pg: Server) -> None:
    inputs = given(pg, bench.vault)
    bench.create(inputs)
    with admin(pg) as connection:
        connection.execute("DROP DATABASE orders")
    found = bench.find(inputs)
    assert found is not None
    assert found.outputs["condition"] == "the database is missing"
    held = bench.update(found, inputs)
    with enter(bench, held) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("orders",)


def test_what_find_gave_has_no_password_so_an_update_sets_a_new_one(bench: Bench, pg: Server) -> None:
    inputs = given(pg, bench.vault)
    first = bench.create(inputs)
    found = bench.find(inputs)
    assert found is not None
    assert "password" not in found.outputs
    second = bench.update(found, inputs)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        enter(bench, first)
    enter(bench, second).close()


def test_an_update_keeps_the_password_and_adds_extensions(bench: Bench, pg: Server, extension: str) -> None:
    held = bench.create(given(pg, bench.vault))
    after = bench.update(held, given(pg, bench.vault, extensions=[extension]))
    assert after.outputs["password"] == held.outputs["password"]
    with enter(bench, held) as connection:
        assert (extension,) in connection.execute("SELECT extname FROM pg_extension").fetchall()


def test_an_update_brings_back_a_lost_role_with_its_recorded_password(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    with admin(pg) as connection:
        connection.execute("ALTER DATABASE orders OWNER TO admin")
        connection.execute("DROP ROLE orders")
    assert bench.read(held).outputs["condition"] == "the role orders is missing"
    bench.update(held, held.inputs)
    enter(bench, held).close()
    assert bench.read(held).outputs["condition"] == "complete"


def test_a_password_that_somebody_changed_is_seen_and_brought_back(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    with admin(pg) as connection:
        connection.execute("ALTER ROLE orders PASSWORD 'another'")
    assert bench.read(held).outputs["condition"] == "the role orders has another password"
    bench.update(held, held.inputs)
    enter(bench, held).close()
    assert bench.read(held).outputs["condition"] == "complete"


def test_a_rotation_replaces_the_password(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    after = bench.rotate(held)
    assert {k for k in after.outputs if after.outputs[k] != held.outputs[k]} == {"password"}
    enter(bench, after).close()
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        enter(bench, held)
    with pytest.raises(PermanentFault, match="only the output password"):
        bench.rotate(after, "host")


def test_a_delete_ends_the_sessions_that_are_in_use(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    connection = enter(bench, held)
    bench.delete(held)
    with pytest.raises(psycopg.Error):
        connection.execute("SELECT 1")
    with pytest.raises(NotFound):
        bench.read(held)


def test_a_role_that_owns_objects_elsewhere_is_said_and_not_forced(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    with admin(pg) as connection:
        connection.execute("CREATE TABLE elsewhere (n int)")
        connection.execute("ALTER TABLE elsewhere OWNER TO orders")
    with pytest.raises(PermanentFault) as caught:
        bench.delete(held)
    assert caught.value.hint is not None
    assert "other databases" in caught.value.hint
    with admin(pg) as connection:
        connection.execute("DROP TABLE elsewhere")
    bench.delete(held)


@pytest.mark.parametrize(
    "name", ['o"; DROP ROLE admin; --', "orders'x", "orders %s {role}", "orders-ä-☕", "ORDERS"]
)
def test_any_name_is_quoted(bench: Bench, pg: Server, name: str) -> None:
    held = bench.create(given(pg, bench.vault, database=name))
    try:
        with enter(bench, held) as connection:
            assert connection.execute("SELECT current_database(), current_user").fetchone() == (name, name)
    finally:
        bench.delete(held)


def test_a_connection_serves_in_place_of_the_server_input(bench: Bench, pg: Server) -> None:
    bench.connection = PostgresConnection(
        host=pg.host, port=pg.port, username=pg.username, password=SecretStr(pg.password)
    )
    held = bench.create({"database": "orders", "username": "orders-app"})
    assert held.outputs["username"] == "orders-app"
    assert bench.find(held.inputs) is not None
    enter(bench, held).close()
    bench.delete(held)
    assert bench.find(held.inputs) is None


def test_a_server_role_that_is_no_superuser_is_enough(bench: Bench, pg: Server) -> None:
    with admin(pg) as connection:
        connection.execute("CREATE ROLE orders_admin LOGIN CREATEROLE CREATEDB PASSWORD 'modest'")
    place = replace(pg, username="orders_admin", password="modest")
    held = bench.create(given(place, bench.vault))
    held = bench.update(bench.rotate(held), {**held.inputs, "extensions": ["plpgsql"]})
    connection = enter(bench, held)
    bench.delete(held)
    connection.close()
    assert bench.find(held.inputs) is None


def test_a_server_role_that_may_not_create_is_told_what_it_lacks(bench: Bench, pg: Server) -> None:
    with admin(pg) as connection:
        connection.execute("CREATE ROLE orders_weak LOGIN PASSWORD 'weak'")
    with pytest.raises(PermanentFault) as caught:
        bench.create(given(replace(pg, username="orders_weak", password="weak"), bench.vault))
    assert "CREATEROLE" in str(caught.value.hint)


def test_no_clear_password_reaches_the_servers_log(bench: Bench, pg: Server) -> None:
    with admin(pg) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    held = bench.rotate(bench.create(given(pg, bench.vault)))
    log = pg.log.read_text(errors="replace")
    assert "ALTER ROLE" in log
    assert [text for text in bench.vault.clear if text in log] == []
    bench.delete(held)


def test_another_server_is_planned_as_a_replacement(bench: Bench, pg: Server) -> None:
    held = bench.create(given(pg, bench.vault))
    place = dict(held.inputs["server"])
    elsewhere = bench.plan({**held.inputs, "server": {**place, "host": "db.internal"}}, held)
    assert elsewhere is not None
    assert (elsewhere.action, elsewhere.replace_paths) == ("replace", ("server.host",))
    upstream = Unknown(Address.parse("postgres-instance#local"), ("port",), "integer")
    unknown = bench.plan({**held.inputs, "server": {**place, "port": upstream}}, held)
    assert unknown is not None
    assert unknown.replace_paths == ("server.port",)
    secret = Unknown(Address.parse("postgres-instance#local"), ("password",), "string", True)
    assert bench.plan({**held.inputs, "server": {**place, "password": secret}}, held) is None


def by_hand(pg: Server, *statements: str) -> None:
    with admin(pg) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_an_adopted_database_keeps_its_rows_and_only_its_owner_enters_with_a_new_password(
    bench: Bench, pg: Server
) -> None:
    by_hand(pg, "CREATE ROLE orders_app LOGIN PASSWORD 'old'", "CREATE DATABASE orders OWNER orders_app")
    by_hand(pg, "COMMENT ON DATABASE orders IS 'the shop of 2019'")
    with admin(pg, "orders") as connection:
        connection.execute("CREATE TABLE loaf AS SELECT 7 AS id")
        connection.execute("GRANT SELECT ON loaf TO orders_app")
    inputs = given(pg, bench.vault, username="orders_app")
    assert bench.imported(inputs, "orders").notes == (
        "the role orders_app gets a new password: whoever uses the present one is locked out",
        "only orders_app may connect to orders from then on",
        "the comment of the database is replaced",
    )
    held = bench.adopt(inputs, "orders")
    with enter(bench, held) as connection:
        assert connection.execute("SELECT id FROM loaf").fetchone() == (7,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host=pg.host, port=pg.port, user="orders_app", password="old", dbname="orders"
        ).close()
    bench.delete(held)


def test_a_database_with_other_names_is_described_as_it_is(bench: Bench, pg: Server) -> None:
    by_hand(pg, "CREATE ROLE orders_app LOGIN", "CREATE DATABASE orders OWNER orders_app")
    found = bench.imported(given(pg, bench.vault), "orders")
    assert (found.inputs["database"], found.inputs["username"]) == ("orders", "orders_app")


OWNED = ("CREATE ROLE orders", "CREATE DATABASE orders OWNER orders")


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("CREATE DATABASE orders",), "is a superuser"),
        ((*OWNED, "CREATE DATABASE orders2 OWNER orders"), "orders2"),
        ((*OWNED, "COMMENT ON ROLE orders IS 'bakehouse x.1'"), "another resource"),
    ],
)
def test_a_database_that_others_depend_on_is_not_adopted(
    bench: Bench, pg: Server, statements: tuple[str, ...], said: str
) -> None:
    by_hand(pg, *statements)
    with pytest.raises(Conflict, match=said):
        bench.imported(given(pg, bench.vault), "orders")
