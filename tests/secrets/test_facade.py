"""Secrets by reference: which store, which version, and what is told when one cannot be opened."""

import uuid
from pathlib import Path

import pytest

from bakehouse.drivers.secrets import (
    Kept,
    KeyFile,
    KeyHolder,
    SecretError,
    SecretRow,
    Secrets,
    environment_secrets,
)
from bakehouse.graph.values import Secret

STORE, ENVIRONMENT, RESOURCE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))


class Rows:
    """The table of a state store."""

    def __init__(self) -> None:
        self.rows: list[SecretRow] = []

    def __call__(self, ref: str, version: str | None) -> SecretRow | None:
        found = [r for r in self.rows if r.ref == ref and version in (None, r.version)]
        return max(found, key=lambda r: int(r.version), default=None)


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "store.key")


@pytest.fixture
def environ() -> dict[str, str]:
    return {"DB_PASSWORD": "swordfish"}


@pytest.fixture
def secrets(rows: Rows, file: KeyFile, environ: dict[str, str]) -> Secrets:
    return environment_secrets(KeyHolder(file, lambda: None), STORE, ENVIRONMENT, Kept(rows), environ)


def code(error: pytest.ExceptionInfo[SecretError]) -> str:
    return error.value.diagnostics[0].code


def test_a_sealed_secret_is_revealed_in_the_version_asked_for(
    secrets: Secrets, rows: Rows, file: KeyFile
) -> None:
    file.ensure(None)
    rows.rows = [secrets.seal(RESOURCE, "password", v, c) for v, c in (("9", "old"), ("10", "new"))]
    ref = f"{RESOURCE}/password"
    assert secrets.reveal(Secret("local", ref, "9")) == "old"
    assert secrets.reveal(Secret("local", ref, "10")) == "new"
    assert secrets.reveal(Secret("local", ref)) == "new"
    assert secrets.version_of(Secret("local", ref)) == "10"


def test_telling_a_local_version_needs_no_key(secrets: Secrets, rows: Rows) -> None:
    rows.rows = [SecretRow(f"{RESOURCE}/password", "3", "some key", b"", b"")]
    assert secrets.version_of(Secret("local", f"{RESOURCE}/password")) == "3"
    assert secrets.version_of(Secret("local", f"{RESOURCE}/other")) is None


def test_revealing_without_the_key_says_where_it_was_expected(
    secrets: Secrets, rows: Rows, file: KeyFile
) -> None:
    rows.rows = [SecretRow(f"{RESOURCE}/password", "3", "some key", b"", b"")]
    with pytest.raises(SecretError) as error:
        secrets.reveal(Secret("local", f"{RESOURCE}/password", "3"))
    assert code(error) == "no-key"
    assert str(file.path) in str(error.value)


@pytest.mark.parametrize("secret", [Secret("local", f"{RESOURCE}/x", "1"), Secret("env", "NOT_SET")])
def test_a_missing_secret_is_named(secrets: Secrets, secret: Secret) -> None:
    with pytest.raises(SecretError) as error:
        secrets.reveal(secret)
    assert code(error) == "secret-missing"
    assert secret.ref in str(error.value)


def test_an_unknown_store_gets_the_nearest_name(secrets: Secrets) -> None:
    with pytest.raises(SecretError) as error:
        secrets.reveal(Secret("locl", "x"))
    assert code(error) == "secret-store-unknown"
    assert error.value.diagnostics[0].hint == "did you mean 'local'?"


def test_a_variable_is_revealed_as_it_is_now(secrets: Secrets, environ: dict[str, str]) -> None:
    assert secrets.reveal(Secret("env", "DB_PASSWORD", "an old version")) == "swordfish"
    environ["DB_PASSWORD"] = ""
    assert secrets.reveal(Secret("env", "DB_PASSWORD")) == ""


def test_a_variables_version_follows_its_value_and_tells_nothing_of_it(
    secrets: Secrets, file: KeyFile, environ: dict[str, str]
) -> None:
    secret = Secret("env", "DB_PASSWORD")
    assert secrets.version_of(secret) is None, "there is no key yet"
    file.ensure(None)
    first = secrets.version_of(secret)
    assert first is not None
    assert len(first) == 32
    environ["DB_PASSWORD"] = "changed"
    assert secrets.version_of(secret) not in (first, None)
    environ["DB_PASSWORD"] = "swordfish"
    assert secrets.version_of(secret) == first
    del environ["DB_PASSWORD"]
    assert secrets.version_of(secret) is None
