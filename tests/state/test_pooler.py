"""The store of a team behind a pooler, which gives each transaction another session, used by others before and after."""

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from msgspec.structs import replace

from bakehouse.plans.state.conformance import StateStoreConformance, samples
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.sql import SharedStore, open_shared
from bakehouse.plans.state.store import StateError
from parts.pgbouncer import pooled
from parts.postgres import Server
from state.conftest import OpenShared, empty_schema, opening

pytestmark = pytest.mark.slow

SETTINGS = ("search_path", "lock_timeout", "synchronous_commit", "default_transaction_isolation")


@pytest.fixture(scope="module")
def pooler(server: Server) -> Iterator[Server]:
    with pooled(server) as found:
        yield found


@pytest.fixture
def open_pooled(pooler: Server) -> Iterator[OpenShared]:
    with opening(empty_schema(pooler)) as found:
        yield found


class TestPooledStore(StateStoreConformance):
    """In transaction mode, over two connections."""

    @pytest.fixture
    def open_store(self, open_pooled: OpenShared) -> Callable[[], SharedStore]:
        return open_pooled


def test_two_stores_that_share_connections_never_see_each_other(
    pooler: Server, open_pooled: OpenShared
) -> None:
    stores = [open_pooled(empty_schema(pooler)) for _ in range(2)]
    homes = [store.register(samples.environment(f"e{n}")) for n, store in enumerate(stores)]
    failed: list[BaseException] = []

    def work(number: int) -> None:
        store, home = stores[number], homes[number]
        try:
            for turn in range(25):
                with store.hold(home.uid, me()) as writer:
                    writer.begin(samples.deployment(), {})
                    record = samples.resource(home.uid, turn)
                    writer.commit([samples.written(record)])
                    writer.commit([samples.written(samples.again(record))])
                assert [found.uid for found in store.reader().environments()] == [home.uid]
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(stores[0].reader().deployments(homes[0].uid)) == 25


def test_nothing_that_was_set_stays_with_a_connection_that_others_use_next(
    server: Server, pooler: Server, open_pooled: OpenShared
) -> None:
    store = open_pooled()
    home = store.register(samples.environment())
    with store.hold(home.uid, me()):
        store.reader().environments()

    def found(where: Server) -> list[object]:
        with psycopg.connect(where.conninfo()) as connection:
            connection.prepare_threshold = None
            return [connection.execute(f"SHOW {name}".encode()).fetchone() for name in SETTINGS]

    assert [found(pooler) for _ in range(4)] == [found(server)] * 4


def test_a_pooler_that_knows_no_transactions_is_told_to_be_one(server: Server) -> None:
    with pooled(server, mode="statement") as wrong, pytest.raises(StateError) as error:
        open_shared(empty_schema(wrong), create=True).register(samples.environment())
    (told,) = error.value.diagnostics
    assert told.code == "state-pooler"
    assert "statement" in told.message
    assert "transaction mode" in str(told.hint)


def test_what_a_pooler_does_not_pass_on_is_told_with_another_way(pooler: Server) -> None:
    with pytest.raises(StateError) as error:
        open_shared(f"{empty_schema(pooler)}&options=-c%20role%3Dteam", create=False)
    (told,) = error.value.diagnostics
    assert told.code == "state-parameter"
    assert "ALTER ROLE" in str(told.hint)


def test_a_role_that_becomes_the_teams_by_itself_needs_no_parameter(server: Server) -> None:
    """As docs/teams.md has it."""
    with psycopg.connect(server.conninfo(), autocommit=True) as admin:
        admin.execute("CREATE ROLE crew NOLOGIN; CREATE SCHEMA crew AUTHORIZATION crew")
        admin.execute(
            "CREATE ROLE anna LOGIN PASSWORD 'annas' IN ROLE crew; ALTER ROLE anna SET role = 'crew'"
        )
        with pooled(replace(server, username="anna", password="annas")) as hers:
            store = open_shared(hers.url(parameters="schema=crew"), create=True)
            store.register(samples.environment())
            store.close()
        owners = admin.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'crew'"
        ).fetchall()
        admin.execute("DROP SCHEMA crew CASCADE; DROP ROLE anna; DROP ROLE crew")
    assert owners == [("crew",)]
