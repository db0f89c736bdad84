"""The local store's encryption: opens what it sealed, only in its place, only with its key."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bakehouse.drivers.secrets import Key, LocalVault, SecretError, SecretRow

STORE, ENVIRONMENT, RESOURCE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
KEY = Key.of(bytes(range(32)))


def vault(key: Key = KEY, store: str = STORE, environment: str = ENVIRONMENT) -> LocalVault:
    return LocalVault(key.encryption, key.id, store, environment)


def code(error: pytest.ExceptionInfo[SecretError]) -> str:
    return error.value.diagnostics[0].code


@given(st.text())
def test_any_text_comes_back_as_it_was(clear: str) -> None:
    row = vault().seal(RESOURCE, "password", "1", clear)
    assert vault().open(row) == clear


def test_a_row_says_what_it_is_and_holds_no_clear_text() -> None:
    row = vault().seal(RESOURCE, "admin.password", "7", "swordfish")
    assert (row.ref, row.version, row.key_id) == (f"{RESOURCE}/admin.password", "7", KEY.id)
    assert (row.owner, row.field) == (RESOURCE, "admin.password")
    assert b"swordfish" not in row.ciphertext


def test_sealing_twice_gives_two_ciphertexts() -> None:
    assert (
        vault().seal(RESOURCE, "p", "1", "x").ciphertext != vault().seal(RESOURCE, "p", "1", "x").ciphertext
    )


@pytest.mark.parametrize(
    "moved",
    [
        lambda row: replace(row, version="2"),
        lambda row: replace(row, ref=f"{RESOURCE}/other"),
        lambda row: replace(row, ref=f"{uuid.UUID(int=9)}/password"),
        lambda row: replace(row, ciphertext=row.ciphertext[:-1] + bytes([row.ciphertext[-1] ^ 1])),
        lambda row: replace(row, ciphertext=b""),
        lambda row: replace(row, nonce=bytes(12)),
        lambda row: replace(row, nonce=b""),
    ],
)
def test_a_row_that_was_altered_or_moved_does_not_open(moved: object) -> None:
    row = vault().seal(RESOURCE, "password", "1", "swordfish")
    assert callable(moved)
    with pytest.raises(SecretError) as error:
        vault().open(moved(row))
    assert code(error) == "secret-damaged"
    assert "swordfish" not in str(error.value)


def test_a_row_does_not_open_in_another_store_or_environment() -> None:
    row = vault().seal(RESOURCE, "password", "1", "swordfish")
    for other in (vault(store=str(uuid.UUID(int=8))), vault(environment=str(uuid.UUID(int=8)))):
        with pytest.raises(SecretError):
            other.open(row)


def test_another_key_is_told_by_its_id() -> None:
    row = vault().seal(RESOURCE, "password", "1", "swordfish")
    with pytest.raises(SecretError) as error:
        vault(Key.of(bytes(32))).open(row)
    assert code(error) == "wrong-key"
    assert KEY.id in str(error.value)


def test_the_rows_key_id_decides_before_anything_is_decrypted() -> None:
    row = SecretRow(f"{RESOURCE}/p", "1", "elsewhere", b"", b"")
    with pytest.raises(SecretError) as error:
        vault().open(row)
    assert code(error) == "wrong-key"
