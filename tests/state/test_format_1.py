"""A store that the first version wrote is still read, byte for byte as it was meant. Its fixture is never regenerated."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.drivers.secrets import Key, LocalVault
from bakehouse.graph.address import Address
from bakehouse.graph.fingerprint import digest_bytes
from bakehouse.graph.values import Secret, Text, Unknown
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.records import (
    DeploymentRecord,
    DeploymentStatus,
    Deposed,
    EnvironmentRecord,
    PendingOperation,
    RecordedConnection,
    RecordedEdge,
    ResourceRecord,
    ResourceStatus,
    StepRecord,
    StepStatus,
)
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.sql.reader import SqlReader

STORE = "11111111-1111-4111-8111-111111111111"
ENVIRONMENT = "22222222-2222-4222-8222-222222222222"
DATABASE = "33333333-3333-5333-8333-333333333333"
WORKLOAD = "44444444-4444-5444-8444-444444444444"
KEY = Key.of(bytes(range(32)))
PASSWORD = Secret("local", f"{DATABASE}/password", "2")
URL = Text(("postgres://u:", PASSWORD, "@db.example"))
SERVER = RecordedConnection(
    "dev-server",
    "postgres",
    {"host": "db.example", "port": 5432, "password": Secret("env", "DEV_PASSWORD", "0f")},
)

DATABASE_RECORD = ResourceRecord(
    address=Address("postgres", "default", "web.db"),
    uid=DATABASE,
    slug="shop-local-web-db-333333",
    birth=1,
    generation=2,
    status=ResourceStatus.READY,
    driver="postgres",
    schema_version=1,
    fingerprint="a" * 64,
    definition={
        "name": "postgres-in-shared-server",
        "digest": "d" * 64,
        "body": {"type": "postgres", "driver": "postgres", "inputs": {"database": "${resource.slug}"}},
    },
    inputs={"database": "shop_local", "options": {"$keep": [1, 2.5, None, True]}},
    outputs={"host": "db.example", "port": 5432, "password": PASSWORD, "url": URL},
    driver_outputs={"database": "shop_local", "password": PASSWORD},
    private={"oid": 16400},
    edges=(
        RecordedEdge(Address("volume", "fast", "shared.data"), "path", "source"),
        RecordedEdge(Address("config", "default", "@"), "", ""),
    ),
    connection=SERVER,
    on_remove="protect",
    data_bearing=True,
    workload="web",
    runtime=False,
    adopted=True,
    pending=None,
    deposed=(Deposed(1, "postgres", 1, {"database": "old"}, {"database": "old"}, {}, SERVER),),
    deployment=1,
    row_version=3,
)

WORKLOAD_RECORD = ResourceRecord(
    address=Address("workload", "default", "web"),
    uid=WORKLOAD,
    slug="shop-local-web-444444",
    birth=2,
    generation=1,
    status=ResourceStatus.PENDING,
    driver="workload",
    schema_version=3,
    fingerprint="",
    definition={"name": "local-workload", "digest": "e" * 64, "body": {}},
    inputs={"env": {"URL": Unknown(DATABASE_RECORD.address, ("url",), "string", True)}},
    outputs={},
    driver_outputs={},
    workload="web",
    runtime=True,
    pending=PendingOperation(
        operation="create",
        deployment=1,
        step="workload#web/create",
        inputs={"env": {"URL": URL}},
        fence=2,
        deadline="2025-03-03T11:11:40Z",
        generation=1,
    ),
    deployment=1,
    row_version=1,
)


@pytest.fixture
def old_store(open_here: Callable[..., SqlStore], tmp_path: Path) -> SqlStore:
    path = tmp_path / "state.db"
    script = (Path(__file__).parent / "fixtures" / "store-1.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return open_here(f"sqlite:///{path}")


@pytest.fixture
def reader(old_store: SqlStore) -> SqlReader:
    return old_store.reader()


def test_reading_leaves_the_first_tables_as_they_are(
    open_here: Callable[..., SqlStore], old_store: SqlStore, tmp_path: Path
) -> None:
    old_store.close()
    path = tmp_path / "again.db"
    script = (Path(__file__).parent / "fixtures" / "store-1.sql").read_text(encoding="utf-8")
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    before = path.read_bytes()
    reader = open_here(f"sqlite:///{path}", create=False, accept_new_state=True).reader()
    assert reader.catalog_settings() == ()
    assert reader.builds("shop") == ()
    assert [e.name for e in reader.environments()] == ["local"]
    assert path.read_bytes() == before


def test_the_environment_is_read(reader: SqlReader) -> None:
    expected = EnvironmentRecord(
        uid=ENVIRONMENT,
        application="shop",
        name="local",
        type="local",
        created="2025-03-01T12:00:00Z",
        serial=7,
        revision=1,
        variables={"LOG_LEVEL": "debug", "TOKEN": Secret("local", f"{ENVIRONMENT}/TOKEN", "1")},
        images={"web/main": "registry.example/web@sha256:ab"},
        note="rolled back to 1",
    )
    assert reader.store_id == STORE
    assert reader.environments() == (expected,)


def test_the_resources_and_births_are_read(reader: SqlReader) -> None:
    snapshot = reader.snapshot(ENVIRONMENT)
    assert snapshot.resources == {r.address: r for r in (DATABASE_RECORD, WORKLOAD_RECORD)}
    assert snapshot.births == {
        DATABASE_RECORD.address: 1,
        WORKLOAD_RECORD.address: 2,
        Address("volume", "fast", "shared.data"): 4,
    }


def test_the_history_is_read(reader: SqlReader) -> None:
    plan = b"the archive of a plan"
    expected = DeploymentRecord(
        number=1,
        kind="apply",
        status=DeploymentStatus.INTERRUPTED,
        plan_digest="9" * 64,
        started="2025-03-03T11:06:40Z",
        actor="dev",
        plan=digest_bytes(plan),
        catalog_revision="dirty:77",
        images={"web/main": "registry.example/web@sha256:ab"},
        commit="0123abc",
        ended="2025-03-03T11:07:00Z",
        counts={"create": 1},
        reason="interrupted",
    )
    made = DATABASE_RECORD.address, WORKLOAD_RECORD.address
    at = "2025-03-03T11:06:41Z"
    assert reader.deployments(ENVIRONMENT) == (expected,)
    assert reader.blob(digest_bytes(plan)) == plan
    assert reader.steps(ENVIRONMENT, 1) == (
        StepRecord(
            1, f"{made[0]}/create", made[0], "create", StepStatus.DONE, at, 0.75, 3, {"took": ["a", 1]}
        ),
        StepRecord(1, f"{made[1]}/create", made[1], "create", StepStatus.INTENT, at),
    )
    assert [e["event"] for e in reader.events(ENVIRONMENT, 1)] == ["step-started", "step-finished"]


def test_the_secrets_open_with_the_key(reader: SqlReader) -> None:
    vault = LocalVault(KEY.encryption, KEY.id, STORE, ENVIRONMENT)
    assert reader.key_id() == KEY.id
    for ref, version, clear in (
        (PASSWORD.ref, None, "swördfish"),
        (PASSWORD.ref, "1", "first"),
        (f"{ENVIRONMENT}/TOKEN", None, "variable secret"),
    ):
        row = reader.secret(ENVIRONMENT, ref, version)
        assert row is not None
        assert vault.open(row) == clear


def test_a_lease_that_ran_out_is_held_by_nobody_and_taken_over(old_store: SqlStore) -> None:
    assert old_store.reader().lease(ENVIRONMENT) is None
    with old_store.hold(ENVIRONMENT, me()) as writer:
        assert writer.lease.fence == 2
        assert writer.took_over_from is not None
        assert (writer.took_over_from.holder.host, writer.took_over_from.holder.pid) == ("laptop", 4242)


def test_it_is_whole(old_store: SqlStore) -> None:
    assert [d for d in old_store.examine() if d.is_error] == []
