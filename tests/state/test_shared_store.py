"""The store of a team: who may use it, what it says when it cannot be used, and what becomes of an apply that loses it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from msgspec.structs import replace
from psycopg import sql
from sqlalchemy import create_engine, make_url

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.sql import SharedStore, migrations, open_shared, open_store, schema
from bakehouse.plans.state.sql.postgres import SharedDatabase, address_of
from bakehouse.plans.state.store import LeaseHeld, StateError
from fakes.engine import Engine, a, ends, out
from parts.postgres import Server
from parts.running import free_port

pytestmark = pytest.mark.slow

OpenShared = Callable[..., SharedStore]
PASSWORD = "planted-6f2d"


@pytest.fixture
def admin(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        yield connection


@pytest.fixture
def guest(admin: psycopg.Connection[Any], server: Server) -> Iterator[str]:
    """A role that may connect and nothing more, as the beginning of a URL."""
    admin.execute(sql.SQL("CREATE ROLE guest LOGIN PASSWORD {}").format(PASSWORD))
    yield f"postgresql://guest:{PASSWORD}@{server.host}:{server.port}"
    admin.execute("DROP ROLE guest")


def code(error: pytest.ExceptionInfo[StateError]) -> str:
    (told,) = error.value.diagnostics
    assert PASSWORD not in f"{told} {error.value!r} {error.value.__cause__!r}"
    assert told.hint
    return told.code


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:planted-6f2d@127.0.0.1:{free}/postgres", "state-unreachable"),
        ("postgresql://u:planted-6f2d@no.such.host.invalid/postgres", "state-unreachable"),
        ("postgresql://guest:planted-6f2d-not@127.0.0.1:{port}/postgres", "state-login"),
        ("postgresql://nobody:planted-6f2d@127.0.0.1:{port}/postgres", "state-login"),
        ("postgresql://guest:planted-6f2d@127.0.0.1:{port}/nothing", "state-no-database"),
        ("postgresql://guest:planted-6f2d@127.0.0.1:{port}/postgres", "no-store"),
        ("postgresql://guest:planted-6f2d@127.0.0.1:{port}", "state-url"),
        ("postgresql://guest:planted-6f2d@127.0.0.1:port/postgres", "state-url"),
        ("postgresql://guest@127.0.0.1:{port}/postgres?password=planted-6f2d-not", "state-login"),
        ("postgresql://guest:planted-6f2d@127.0.0.1:{port}/postgres?nonsense=1", "state-unreachable"),
    ],
)
def test_what_is_wrong_has_a_code_of_its_own_and_no_password(
    server: Server, guest: str, url: str, expected: str
) -> None:
    with pytest.raises(StateError) as error:
        open_shared(url.format(free=free_port(), port=server.port), create=False)
    assert code(error) == expected


def test_another_scheme_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StateError) as error:
        open_store(f"mysql://u:{PASSWORD}@host/state", create=False, state_home=tmp_path)
    assert code(error) == "state-url"


def test_who_may_not_make_or_use_the_tables_is_told_what_to_ask_for(
    open_there: OpenShared, guest: str, shared_url: str
) -> None:
    with pytest.raises(StateError) as error:
        open_shared(f"{guest}/postgres", create=True).register(samples.environment())
    assert code(error) == "state-forbidden"
    open_there().register(samples.environment())
    name = shared_url.rpartition("=")[2]
    with pytest.raises(StateError) as error:
        open_shared(f"{guest}/postgres?schema={name}", create=False)
    assert code(error) == "state-forbidden"


def test_tables_of_a_newer_version_and_tables_of_others_are_refused(
    open_there: OpenShared, admin: psycopg.Connection[Any], shared_url: str
) -> None:
    open_there().register(samples.environment())
    name = sql.Identifier(shared_url.rpartition("=")[2])
    admin.execute(sql.SQL("UPDATE {}.store SET schema_version = 99").format(name))
    with pytest.raises(StateError) as error:
        open_there(create=False)
    assert error.value.diagnostics[0].code == "state-future-version"
    admin.execute(sql.SQL("DROP TABLE {0}.store; CREATE TABLE {0}.store (shoes int)").format(name))
    with pytest.raises(StateError) as error:
        open_there(create=False)
    assert code(error) == "state-corrupt"


def test_the_migrations_lead_to_the_tables_that_the_code_knows(
    open_there: OpenShared, shared_url: str
) -> None:
    open_there().register(samples.environment())
    address = address_of(shared_url)
    engine = create_engine(address.target)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET search_path TO {address.schema}")
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()


def test_tables_of_the_first_release_are_read_as_they_are_and_brought_up_to_date_by_writing(
    open_there: OpenShared, shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as past:
        past.setattr(schema, "SCHEMA_VERSION", 1)
        upgrade = migrations.upgrade
        past.setattr(migrations, "upgrade", lambda connection: upgrade(connection, "0001"))
        home = open_there().register(samples.environment())
    reader = open_there(create=False).reader()
    assert (reader.environments(), reader.catalog_settings(), reader.referrers(home.uid)) == ((home,), (), ())
    both = [open_there(), open_there()]
    assert both[0].store_id == both[1].store_id
    with both[1].hold(home.uid, me()) as writer:
        writer.begin(samples.deployment(), {})
        writer.commit([samples.written(samples.resource(home.uid))])


def test_everybody_logs_in_as_themselves_and_the_tables_belong_to_the_team(
    admin: psycopg.Connection[Any], guest: str
) -> None:
    """As docs/teams.md has it."""
    admin.execute("CREATE ROLE team NOLOGIN; CREATE SCHEMA team AUTHORIZATION team; GRANT team TO guest")
    store = open_shared(f"{guest}/postgres?schema=team&options=-c%20role%3Dteam", create=True)
    home = store.register(samples.environment())
    owners = admin.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'team'").fetchall()
    assert owners == [("team",)]
    again = open_shared(store.url.replace("guest@", f"guest:{PASSWORD}@"), create=False)
    assert again.reader().environments() == (home,)
    for opened in (store, again):
        opened.close()
    admin.execute("DROP SCHEMA team CASCADE; REVOKE team FROM guest; DROP ROLE team")


def test_of_many_who_make_the_store_at_once_one_does(open_there: OpenShared) -> None:
    stores = [open_there() for _ in range(6)]
    threads = [
        threading.Thread(target=store.register, args=(samples.environment(f"e{n}"),))
        for n, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({store.store_id for store in stores}) == 1
    assert [e.name for e in open_there().reader().environments()] == [f"e{n}" for n in range(6)]


def test_a_lease_runs_out_by_the_clock_of_the_database(open_there: OpenShared) -> None:
    """The clocks of those who want it play no part: nobody of them reads his own."""
    stranger = replace(me(), host="elsewhere")
    store = open_there(lease_seconds=0.6)
    home = store.register(samples.environment())
    held = store.hold(home.uid, stranger)
    held.__enter__()
    with pytest.raises(LeaseHeld), open_there().hold(home.uid, me()):
        raise AssertionError("two holders")
    with open_there().hold(home.uid, me(), wait=20) as writer:
        assert writer.took_over_from is not None
        assert writer.took_over_from.holder == stranger


def test_the_url_that_is_written_down_has_no_password(open_there: OpenShared, shared_url: str) -> None:
    store = open_there()
    assert make_url(store.url).password is None
    assert make_url(store.url).query == make_url(shared_url).query
    assert (
        address_of("postgres://u:p1@h/d?password=p2&sslmode=require").url
        == "postgresql://u@h/d?sslmode=require"
    )


def test_an_apply_that_loses_the_database_starts_nothing_more_and_the_next_one_goes_on(
    server: Server, admin: psycopg.Connection[Any], tmp_path: Path
) -> None:
    admin.execute("CREATE DATABASE lost")
    url = server.url("lost")
    stores = [open_shared(url, create=True) for _ in range(2)]
    engine = Engine(tmp_path, store=stores[0])

    def lose(operation: str, name: str) -> None:
        if (operation, name) == ("create", "b"):
            with psycopg.connect(server.conninfo(), autocommit=True) as other:
                other.execute("ALTER DATABASE lost ALLOW_CONNECTIONS false")
                other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lost'")

    things = {"a": {}, "b": {"note": out("a")}, "c": {"note": out("b")}}
    engine.world.on_call = lose
    with pytest.raises(StateError) as error:
        engine.run(things)
    assert error.value.diagnostics[0].code == "state-unreachable"
    assert engine.world.named("create") == ["a", "b"]

    admin.execute("ALTER DATABASE lost ALLOW_CONNECTIONS true")
    engine.world.on_call = lambda operation, name: None
    again = Engine(tmp_path, engine.world, store=open_shared(url, create=True))
    with pytest.MonkeyPatch.context() as later:  # the apply was of a process that ended
        later.setattr("bakehouse.plans.state.sql.lease.is_gone", lambda holder: True)
        later.setattr("bakehouse.plans.operations.applying.is_gone", lambda holder: True)
        outcome = again.run(things)
    assert ends(outcome) == {"b/create": "done", "c/create": "done"}
    assert len(engine.world.things) == 3
    assert set(again.records()) == {a("a"), a("b"), a("c")}
    for store in (*stores, again.store):
        cast(Any, store).close()
    admin.execute("DROP DATABASE lost")


def test_a_connection_that_was_ended_while_nobody_used_it_is_made_anew(
    open_there: OpenShared, admin: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_there()
    home = store.register(samples.environment())
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bakehouse'"
    assert admin.execute(query).fetchall() != []
    monkeypatch.setattr("bakehouse.plans.state.sql.postgres._FRESH", 0.0)
    assert store.reader().environments() == (home,)
    store.amend(home)


def test_no_two_writers_of_a_store_run_beside_each_other(open_there: OpenShared, shared_url: str) -> None:
    open_there().register(samples.environment())
    database = SharedDatabase(address_of(shared_url))
    inside, order = threading.Event(), list[str]()

    def second() -> None:
        inside.wait(10)
        with database.writing():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with database.writing() as connection:
        inside.set()
        connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    database.close()


def test_a_writer_that_waits_too_long_says_so(
    open_there: OpenShared, shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bakehouse.plans.state.sql.postgres._PATIENCE", 1)
    home = open_there().register(samples.environment())
    database, other = SharedDatabase(address_of(shared_url)), open_there()
    with database.writing(), pytest.raises(StateError) as error:
        other.amend(home)
    assert code(error) == "state-busy"
    other.amend(home)
    database.close()
