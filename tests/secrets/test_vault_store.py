"""The store `vault` keeps every promise over a real server, and says what a server refuses."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.secrets import SecretError, SecretStore
from bakehouse.drivers.secrets.conformance import Place, SecretStoreConformance
from bakehouse.drivers.secrets.hashicorp import VaultStore
from bakehouse.drivers.secrets.installed import installed_store
from parts.vault import VaultServer, vault

pytestmark = pytest.mark.slow

REF = "secret/shop/database#password"


@pytest.fixture(scope="module")
def server() -> Iterator[VaultServer]:
    with vault() as server:
        yield server


class Engine:
    """A secret of the server's key-value engine."""

    def __init__(self, server: VaultServer) -> None:
        self.server = server

    def put(self, clear: str) -> str:
        assert self.server.request("secret/data/shop/database", {"data": {"password": clear}})
        return REF

    def remove(self) -> None:
        self.server.request("secret/metadata/shop/database", method="DELETE")

    def open(self) -> SecretStore:
        return store(self.server)


def store(server: VaultServer, **variables: str) -> VaultStore:
    return VaultStore(
        {"VAULT_ADDR": server.url, "VAULT_TOKEN": server.token, "HOME": "/nowhere", **variables}
    )


class TestVaultStore(SecretStoreConformance):
    keeps_versions = True

    @pytest.fixture
    def place(self, server: VaultServer) -> Iterator[Place]:
        engine = Engine(server)
        yield engine
        engine.remove()


def refusal(store: SecretStore, ref: str = REF) -> str:
    assert store.version_of(ref) is None
    with pytest.raises(SecretError) as caught:
        store.reveal(ref, None)
    return str(caught.value.diagnostics[0].code)


def test_a_token_that_may_not_read_it_is_refused(server: VaultServer) -> None:
    Engine(server).put("x")
    assert refusal(store(server, VAULT_TOKEN="hvs.nobody")) == "secret-store-refused"


def test_a_server_that_is_not_there_is_told(server: VaultServer) -> None:
    assert refusal(store(server, VAULT_ADDR="http://127.0.0.1:1")) == "secret-store-unreachable"


def test_a_key_that_the_secret_does_not_have_is_missing(server: VaultServer) -> None:
    Engine(server).put("x")
    with pytest.raises(SecretError, match="the secret has no key user"):
        store(server).reveal("secret/shop/database#user", None)


def test_a_version_that_was_deleted_gives_way_to_the_present_one(server: VaultServer) -> None:
    engine = Engine(server)
    engine.put("old")
    former = engine.open().version_of(REF)
    engine.put("new")
    assert server.request("secret/destroy/shop/database", {"versions": [1]}, "PUT") == b""
    assert engine.open().reveal(REF, former) in ("old", "new")
    engine.remove()


def test_a_login_of_the_program_counts(server: VaultServer, tmp_path: Path) -> None:
    engine = Engine(server)
    engine.put("found")
    (tmp_path / ".vault-token").write_text(f"{server.token}\n")
    opened = VaultStore({"VAULT_ADDR": server.url, "HOME": str(tmp_path)})
    assert opened.reveal(REF, None) == "found"


def test_the_role_of_a_machine_counts(server: VaultServer) -> None:
    Engine(server).put("found")
    server.request("sys/auth/approle", {"type": "approle"})
    paths = ("secret/data/shop/*", "secret/metadata/shop/*")
    policy = "\n".join(f'path "{path}" {{ capabilities = ["read"] }}' for path in paths)
    server.request("sys/policies/acl/shop", {"policy": policy})
    server.request("auth/approle/role/shop", {"token_policies": ["shop"]})
    role = json.loads(server.request("auth/approle/role/shop/role-id"))["data"]["role_id"]
    secret = json.loads(server.request("auth/approle/role/shop/secret-id", {}))["data"]["secret_id"]
    given = {"VAULT_ADDR": server.url, "VAULT_ROLE_ID": role, "VAULT_SECRET_ID": secret, "HOME": "/nowhere"}
    opened = VaultStore(given)
    assert opened.reveal(REF, None) == "found"
    assert refusal(opened, "secret/other/database#password") == "secret-store-refused"


def test_a_sealed_server_is_told() -> None:
    with vault() as server:
        Engine(server).put("x")
        assert server.request("sys/seal", {}, "PUT") == b""
        with pytest.raises(SecretError, match="it is sealed") as caught:
            store(server).reveal(REF, None)
        assert caught.value.diagnostics[0].code == "secret-store-unreachable"


def test_it_is_found_by_its_name(server: VaultServer) -> None:
    found = installed_store("vault", {"VAULT_ADDR": server.url, "VAULT_TOKEN": server.token})
    assert isinstance(found, VaultStore)
