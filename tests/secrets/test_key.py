"""The key file: made once, private, recognised by its id."""

import stat
import threading
import uuid
from pathlib import Path

import pytest

from bakehouse.drivers.secrets import Key, KeyFile, SecretError

STORE = str(uuid.UUID(int=1))


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile.of(STORE, {"XDG_CONFIG_HOME": str(tmp_path / "config")})


def code(error: pytest.ExceptionInfo[SecretError]) -> str:
    return error.value.diagnostics[0].code


def test_the_key_lies_in_the_users_configuration_under_the_stores_id(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert KeyFile.of(STORE, home).path == tmp_path / ".config" / "bakehouse" / "keys" / f"{STORE}.key"
    config = {**home, "XDG_CONFIG_HOME": str(tmp_path / "c")}
    assert KeyFile.of(STORE, config).path == tmp_path / "c" / "bakehouse" / "keys" / f"{STORE}.key"
    given = {**config, "BAKEHOUSE_KEY_FILE": str(tmp_path / "my.key")}
    assert KeyFile.of(STORE, given).path == tmp_path / "my.key"


def test_reading_never_makes_a_key(file: KeyFile) -> None:
    with pytest.raises(SecretError) as error:
        file.read(None)
    assert code(error) == "no-key"
    assert not file.path.parent.exists()


def test_a_key_is_made_once_and_private(file: KeyFile) -> None:
    key = file.ensure(None)
    assert file.ensure(None) == key == file.ensure(key.id) == file.read(key.id)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert [p.name for p in file.path.parent.iterdir()] == [file.path.name]


def test_a_key_that_is_recorded_and_gone_is_not_made_again(file: KeyFile) -> None:
    with pytest.raises(SecretError) as error:
        file.ensure("0123456789abcdef")
    assert code(error) == "no-key"
    assert not file.exists()


def test_another_key_than_the_recorded_one_is_refused(file: KeyFile) -> None:
    file.ensure(None)
    with pytest.raises(SecretError) as error:
        file.read("0123456789abcdef")
    assert code(error) == "wrong-key"


@pytest.mark.parametrize(
    "text", ["", "nonsense", "bakehouse-key-1:", "bakehouse-key-1:AAAA", "bakehouse-key-1:*"]
)
def test_a_file_that_is_no_key_is_refused(file: KeyFile, text: str) -> None:
    file.path.parent.mkdir(parents=True)
    file.path.write_text(text)
    with pytest.raises(SecretError) as error:
        file.ensure(None)
    assert code(error) == "wrong-key"
    assert file.path.read_text() == text


def test_two_who_make_it_at_once_get_one_key(file: KeyFile) -> None:
    keys: list[Key] = []
    threads = [threading.Thread(target=lambda: keys.append(file.ensure(None))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_is_not_printed(file: KeyFile) -> None:
    key = file.ensure(None)
    assert file.path.read_text().split(":")[1].strip() not in repr(key)
    assert key.encryption != key.fingerprints
    assert key.encryption.hex() not in repr(key)


@pytest.mark.parametrize(("mode", "fit"), [(0o600, True), (0o440, True), (0o644, False), (0o660, False)])
def test_a_key_that_others_could_read_or_change_is_refused(file: KeyFile, mode: int, fit: bool) -> None:
    key = file.ensure(None)
    file.path.chmod(mode)
    if fit:
        assert file.read(key.id) == key
        return
    with pytest.raises(SecretError) as error:
        file.read(key.id)
    assert code(error) == "loose-key"


def test_a_key_that_cannot_be_made_says_where(file: KeyFile, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file stands where the folder would be")
    with pytest.raises(SecretError) as error:
        file.ensure(None)
    assert str(file.path) in error.value.diagnostics[0].message
