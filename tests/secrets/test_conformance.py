"""The stores `local`, `env` and `sops` keep every promise of a secret store."""

import json
import uuid
from pathlib import Path

import pytest

from bakehouse.drivers.secrets import EnvStore, Key, LocalStore, LocalVault, SecretRow, SecretStore
from bakehouse.drivers.secrets.conformance import Place, SecretStoreConformance
from bakehouse.drivers.secrets.sops import Identities, SopsStore
from sealing import sealed_json

KEY = Key.of(bytes(range(32)))
OWNER = str(uuid.UUID(int=3))


class Variables:
    """An environment with one variable."""

    def __init__(self) -> None:
        self.environ: dict[str, str] = {}

    def put(self, clear: str) -> str:
        self.environ["SECRET"] = clear
        return "SECRET"

    def remove(self) -> None:
        self.environ.clear()

    def open(self) -> SecretStore:
        return EnvStore(self.environ, lambda: KEY.fingerprints)


class Table:
    """The rows of a state store."""

    def __init__(self) -> None:
        self.rows: list[SecretRow] = []

    def put(self, clear: str) -> str:
        row = _vault(None).seal(OWNER, "password", str(len(self.rows) + 1), clear)
        self.rows.append(row)
        return row.ref

    def remove(self) -> None:
        self.rows.clear()

    def open(self) -> SecretStore:
        return LocalStore(_vault, self._row)

    def _row(self, ref: str, version: str | None) -> SecretRow | None:
        found = [r for r in self.rows if r.ref == ref and version in (None, r.version)]
        return max(found, key=lambda r: int(r.version), default=None)


class EncryptedFile:
    """The contents that a file had, as deployments recorded them."""

    def __init__(self, folder: Path) -> None:
        self.contents: list[bytes] = []
        self.key = folder / "age.key"
        self.recipient = _new_identity(self.key)

    def put(self, clear: str) -> str:
        data = {"database": {"password": clear, "user": "shop"}}
        self.contents.insert(0, json.dumps(sealed_json(data, self.recipient)).encode())
        return "secrets/values.sops.json#database/password"

    def remove(self) -> None:
        self.contents.clear()

    def open(self) -> SecretStore:
        def files(path: str) -> list[bytes]:
            return list(self.contents) if path == "secrets/values.sops.json" else []

        return SopsStore(files, Identities({"SOPS_AGE_KEY_FILE": str(self.key), "HOME": "/nonexistent"}))


def _vault(key_id: str | None) -> LocalVault:
    return LocalVault(KEY.encryption, KEY.id, str(uuid.UUID(int=1)), str(uuid.UUID(int=2)))


def _new_identity(path: Path) -> str:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    path.write_text(f"{identity}\n")
    return str(identity.to_public())


class TestEnvStore(SecretStoreConformance):
    @pytest.fixture
    def place(self) -> Place:
        return Variables()


class TestLocalStore(SecretStoreConformance):
    keeps_versions = True

    @pytest.fixture
    def place(self) -> Place:
        return Table()


class TestSopsStore(SecretStoreConformance):
    keeps_versions = True

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return EncryptedFile(tmp_path)
