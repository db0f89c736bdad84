"""An environment goes from a file into a server and back, whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.drivers.secrets import Key, KeyFile, LocalVault
from bakehouse.graph.errors import BakehouseError
from bakehouse.graph.fingerprint import digest_bytes
from bakehouse.plans.operations.transferring import put_in
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.dump import Dump, load, save
from bakehouse.plans.state.records import EnvironmentRecord
from bakehouse.plans.state.sql import SharedStore, SqlStore, TableStore
from bakehouse.plans.state.store import Write

pytestmark = pytest.mark.slow

CLEAR = "planted-9d31"


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str], KeyFile]:
    """Keys as one user has them."""
    return lambda store_id: KeyFile.of(store_id, {"XDG_CONFIG_HOME": str(tmp_path / "config")})


@pytest.fixture
def home(store: SqlStore, files: Callable[[str], KeyFile]) -> EnvironmentRecord:
    """An environment with a little of everything, also with what was there once."""
    found = store.register(samples.environment())
    key = Key.new()
    files(store.store_id).write(key)
    store.set_key_id(key.id)
    vault = LocalVault(key.encryption, key.id, store.store_id, found.uid)
    record, gone = samples.resource(found.uid), samples.resource(found.uid, 1)
    blobs = {digest_bytes(part): part for part in (b"application", b"{}")}
    deployment = replace(
        samples.deployment(), application=digest_bytes(b"application"), plan=digest_bytes(b"{}")
    )
    with store.hold(found.uid, me()) as writer:
        begun = writer.begin(replace(deployment, catalog=None), blobs)
        secrets = tuple(vault.seal(record.uid, "key", str(n), f"{CLEAR}-{n}") for n in (1, 2))
        writer.commit([replace(samples.written(record), secrets=secrets), samples.written(gone)], [{"n": 1}])
        writer.commit([Write(remove=gone.address)], [{"n": 2}])
        writer.finish(begun)
    return store.reader().environments()[0]


def told(store: TableStore, uid: str, files: Callable[[str], KeyFile]) -> Any:
    """Everything that a reader gives of an environment, its secrets opened."""
    reader = store.reader()
    snapshot = reader.snapshot(uid)
    key = files(store.store_id).read(reader.key_id())
    vault = LocalVault(key.encryption, key.id, store.store_id, uid)
    (record,) = snapshot.resources.values()
    rows = [reader.secret(uid, f"{record.uid}/key", version) for version in ("1", "2")]
    deployments = reader.deployments(uid)
    contents = [reader.blob(d) for each in deployments for d in (each.application, each.plan) if d]
    opened = [vault.open(row) for row in rows if row is not None]
    return snapshot, deployments, reader.steps(uid, 1), reader.events(uid, 1), contents, opened


def through_a_file(dump: Dump, folder: Path) -> Dump:
    path = folder / "home.zip"
    save(dump, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert CLEAR.encode() not in path.read_bytes()
    return load(path)


def test_it_is_the_same_there_and_back_again(
    store: SqlStore,
    home: EnvironmentRecord,
    open_here: Callable[..., SqlStore],
    open_there: Callable[..., SharedStore],
    files: Callable[[str], KeyFile],
    tmp_path: Path,
) -> None:
    shared, other = open_there(), open_here("sqlite:///other/state.db")
    assert put_in(shared, through_a_file(store.take_out(home.uid), tmp_path), files) == home
    assert shared.reader().key_id() == store.reader().key_id(), "no version of a secret changes"
    other.register(samples.environment("another"))
    key = Key.new()
    files(other.store_id).write(key)
    other.set_key_id(key.id)
    put_in(other, through_a_file(shared.take_out(home.uid), tmp_path), files)
    assert told(store, home.uid, files) == told(shared, home.uid, files) == told(other, home.uid, files)
    with shared.hold(home.uid, me()) as writer:
        assert writer.begin(samples.deployment(), {}).number == 2
    assert other.reader().key_id() == key.id


def test_what_is_there_already_is_not_taken_in_and_nothing_is_left_of_a_failure(
    store: SqlStore,
    home: EnvironmentRecord,
    open_here: Callable[..., SqlStore],
    files: Callable[[str], KeyFile],
) -> None:
    dump, other = store.take_out(home.uid), open_here("sqlite:///other/state.db")
    with pytest.raises(BakehouseError, match="is registered already"):
        put_in(store, dump, files)
    resource = dict(dump.rows["resource"][0])
    del resource["body"]
    secret = {**dump.rows["secret"][0], "ciphertext": "AAAA"}
    for broken, code in (
        (replace(dump, schema_version=1), "dump-version"),
        (replace(dump, rows={**dump.rows, "resource": [resource]}), "dump-unreadable"),
        (replace(dump, rows={**dump.rows, "deployment": [*dump.rows["deployment"]] * 2}), "dump-unreadable"),
        (replace(dump, rows={**dump.rows, "secret": [secret]}), "secret-damaged"),
        (replace(dump, key_id="0" * 16), "wrong-key"),
    ):
        with pytest.raises(BakehouseError) as error:
            put_in(other, broken, files)
        assert error.value.diagnostics[0].code == code
        assert other.reader().environments() == ()
    put_in(other, dump, files)


@pytest.mark.parametrize("damage", ["missing", "no zip", "no environment", "a changed content"])
def test_a_file_that_is_no_environment_is_refused(
    store: SqlStore, home: EnvironmentRecord, tmp_path: Path, damage: str
) -> None:
    dump, path = store.take_out(home.uid), tmp_path / "home.zip"
    if damage == "no zip":
        path.write_bytes(b"nothing")
    elif damage != "missing":
        changed = {**dump.blobs, next(iter(dump.blobs)): b"other"} if damage.startswith("a") else dump.blobs
        rows = {**dump.rows, "environment": []} if damage.startswith("no e") else dump.rows
        save(replace(dump, blobs=changed, rows=rows), path)
    with pytest.raises(BakehouseError) as error:
        load(path)
    assert error.value.diagnostics[0].code == "dump-unreadable"
