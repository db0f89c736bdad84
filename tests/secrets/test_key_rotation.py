"""Another key takes the place of the first: all secrets stay open, no version changes, whenever it is interrupted."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from bakehouse.drivers.secrets import Kept, Key, KeyFile, KeyHolder, SecretError, Secrets, environment_secrets
from bakehouse.graph.errors import BakehouseError, InvalidInput
from bakehouse.graph.values import Secret
from bakehouse.plans.operations.keys import KeyDone, import_key, init_key, rotate_key
from bakehouse.plans.state.records import EnvironmentRecord
from bakehouse.plans.state.sql import SqlStore, open_store

ENVIRON = {"PLANTED": "from the shell"}
SHELL = Secret("env", "PLANTED")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    found = open_store(
        f"sqlite:///{tmp_path}/state.db", create=True, state_home=tmp_path / "home", base=tmp_path
    )
    found.register(EnvironmentRecord(str(uuid.UUID(int=7)), "shop", "local", "local", "2026-01-01T00:00:00Z"))
    yield found
    found.close()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys" / "store.key")


@pytest.fixture
def sealed(store: SqlStore, file: KeyFile) -> dict[Secret, str]:
    """Secrets of two variables in the store, and the versions of a third that comes from the shell."""
    init_key(store, file)
    (home,) = store.reader().environments()
    clear = {"ONE": "swordfish", "TWO": "p\u00e4ssw\u00f6rd \u0000\n"}
    rows = [secrets(store, file).seal(home.uid, name, "1", text) for name, text in clear.items()]
    store.amend(home, rows)
    return {Secret("local", row.ref, "1"): clear[row.field] for row in rows}


def secrets(store: SqlStore, file: KeyFile) -> Secrets:
    """The secrets as a new process would find them."""
    reader = store.reader()
    (home,) = reader.environments()
    holder = KeyHolder(file, reader.key_id)
    return environment_secrets(
        holder, store.store_id, home.uid, Kept(lambda r, v: reader.secret(home.uid, r, v)), ENVIRON
    )


def opened(store: SqlStore, file: KeyFile, sealed: dict[Secret, str]) -> dict[Secret, str]:
    found = secrets(store, file)
    return {secret: found.reveal(secret) for secret in sealed}


def code(error: pytest.ExceptionInfo[BakehouseError]) -> str:
    return error.value.diagnostics[0].code


def test_rotation_opens_everything_with_another_key_and_changes_no_version(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str]
) -> None:
    first = file.read(None)
    version = secrets(store, file).version_of(SHELL)
    ciphertexts = {store.reader().secret(str(uuid.UUID(int=7)), s.ref, "1") for s in sealed}
    change = rotate_key(store, file)
    assert (change.done, change.secrets, change.left) == (KeyDone.ROTATED, 2, ())
    assert file.read(None).id == change.key_id == store.reader().key_id() != first.id
    assert opened(store, file, sealed) == sealed
    assert secrets(store, file).version_of(SHELL) == version is not None
    assert not ciphertexts & {store.reader().secret(str(uuid.UUID(int=7)), s.ref, "1") for s in sealed}


def test_it_can_be_done_again_and_again(store: SqlStore, file: KeyFile, sealed: dict[Secret, str]) -> None:
    version = secrets(store, file).version_of(SHELL)
    ids = {rotate_key(store, file).key_id for _ in range(3)}
    assert len(ids) == 3
    assert opened(store, file, sealed) == sealed
    assert secrets(store, file).version_of(SHELL) == version


def test_the_former_key_is_kept_for_backups(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str]
) -> None:
    first = file.read(None)
    change = rotate_key(store, file)
    assert change.former == file.path.with_name(f"store.key.{first.id}")
    assert file.read(first.id) == first
    assert {p.stat().st_mode & 0o777 for p in file.path.parent.iterdir()} == {0o600}


def test_who_read_the_store_before_can_still_open_what_it_reads_after(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str]
) -> None:
    before = secrets(store, file)
    assert {s: before.reveal(s) for s in sealed} == sealed
    rotate_key(store, file)
    assert {s: before.reveal(s) for s in sealed} == sealed


def test_a_secret_that_was_damaged_is_named_and_left(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str]
) -> None:
    (home,) = store.reader().environments()
    good = secrets(store, file).seal(home.uid, "THREE", "1", "x")
    store.amend(home, [replace(good, ciphertext=b"nonsense")])
    change = rotate_key(store, file)
    assert change.left == (good.ref,)
    assert opened(store, file, sealed) == sealed


POINTS: dict[str, tuple[type, str, bool]] = {
    "before the new key is written": (KeyFile, "write", False),
    "after the new key is written": (KeyFile, "write", True),
    "before the secrets are encrypted anew": (SqlStore, "rekey", False),
    "after they were": (SqlStore, "rekey", True),
    "before the new key has its place": (KeyFile, "settle", False),
    "after it has": (KeyFile, "settle", True),
}


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_every_secret_open_and_the_next_rotation_works(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str], point: str
) -> None:
    version = secrets(store, file).version_of(SHELL)
    store.close()
    assert _killed(lambda: rotate_key(store, file), *POINTS[point]) == 9
    assert opened(store, file, sealed) == sealed
    assert secrets(store, file).version_of(SHELL) == version
    assert rotate_key(store, file).secrets == 2
    assert opened(store, file, sealed) == sealed
    assert secrets(store, file).version_of(SHELL) == version


@pytest.mark.slow
@pytest.mark.parametrize("step", range(1, 5))
def test_a_kill_between_the_files_of_a_rotation_does_no_harm(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str], step: int
) -> None:
    """Dies at each link and rename of the key files."""
    store.close()
    left = [step]

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            left[0] -= 1
            if not left[0]:
                os._exit(9)
            return real(*args)

        return call

    def rotate() -> None:
        for name in ("hardlink_to", "replace", "unlink"):
            setattr(Path, name, dying(getattr(Path, name)))
        rotate_key(store, file)

    assert _forked(rotate) == 9
    assert opened(store, file, sealed) == sealed


def _killed(call: Callable[[], object], owner: type, name: str, after: bool) -> int:
    """The exit code of a process that dies at once before or after the first call of a method."""
    real = getattr(owner, name)

    def dies(*args: object, **named: object) -> None:
        if after:
            real(*args, **named)
        os._exit(9)

    def run() -> None:
        setattr(owner, name, dies)
        call()

    return _forked(run)


def _forked(call: Callable[[], object]) -> int:
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            call()
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_failed_rotation_leaves_no_key_behind(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved(*_: object) -> int:
        raise InvalidInput(())

    monkeypatch.setattr(SqlStore, "rekey", moved)
    with pytest.raises(InvalidInput):
        rotate_key(store, file)
    assert [p.name for p in file.path.parent.iterdir()] == ["store.key"]


def test_a_store_has_one_first_key(store: SqlStore, file: KeyFile) -> None:
    first = init_key(store, file)
    assert first.done is KeyDone.MADE
    with pytest.raises(InvalidInput) as error:
        init_key(store, file)
    assert code(error) == "key-exists"
    assert file.read(first.key_id).id == first.key_id


def test_a_key_comes_to_another_machine_by_import(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str], tmp_path: Path
) -> None:
    there = KeyFile(tmp_path / "there" / "store.key")
    with pytest.raises(SecretError) as error:
        opened(store, there, sealed)
    assert code(error) == "no-key"
    assert import_key(store, there, file.path.read_text()).done is KeyDone.IMPORTED
    assert opened(store, there, sealed) == sealed
    assert import_key(store, there, file.path.read_text()).done is KeyDone.PRESENT
    rotate_key(store, file)
    with pytest.raises(SecretError) as error:
        opened(store, there, sealed)
    assert code(error) == "wrong-key"
    change = import_key(store, there, file.path.read_text())
    assert change.former is not None
    assert opened(store, there, sealed) == sealed


@pytest.mark.parametrize(
    "text", [Key.of(bytes(range(32))).text, "", "nonsense", "bakehouse-key-2:AAAA", "\u00e9"]
)
def test_what_is_not_the_key_of_this_state_is_not_imported(
    store: SqlStore, file: KeyFile, sealed: dict[Secret, str], text: str, tmp_path: Path
) -> None:
    there = KeyFile(tmp_path / "there" / "store.key")
    with pytest.raises(InvalidInput) as error:
        import_key(store, there, text)
    assert code(error) == "wrong-key"
    assert not there.path.parent.exists()
