"""The driver `git` keeps every promise with real repositories."""

from collections.abc import Callable, Mapping

import pytest

from bakehouse.drivers.builtin.git import Git, GitConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, PermanentFault, TransientFault
from bakehouse.graph.values import Text, Value
from served_repository import Bare

pytestmark = pytest.mark.slow


class TestGit(DriverConformance):
    """Some files and a manifest, in a folder of a bare repository."""

    @pytest.fixture
    def driver(self) -> Git:
        return Git()

    @pytest.fixture
    def connection(self, connection: GitConnection) -> GitConnection:
        return connection

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        manifest = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "heat"},
            "data": {"heat": "220"},
        }
        return {
            "path": "shop/dev",
            "files": {"a.txt": "a\n", "b/c.json": {"d": [1, None]}},
            "manifests": [manifest],
        }

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "files": {"a.txt": "b\n", "e.yaml": {"f": True}}}

    @pytest.fixture
    def break_it(self, bare: Bare) -> InTheWorld:
        def write(bench: Bench, held: Held) -> None:
            bare.pushed({"shop/dev/a.txt": "theirs\n"})

        return write

    @pytest.fixture
    def remove_it(self, bare: Bare) -> InTheWorld:
        def remove(bench: Bench, held: Held) -> None:
            clone = bare.clone()
            clone.git("rm", "-q", "-r", "shop")
            clone.git("commit", "-q", "-m", "no shop")
            clone.git("push", "-q", bare.url, "HEAD:main")

        return remove

    @pytest.fixture
    def count(self, bare: Bare) -> Callable[[Bench], int]:
        return lambda bench: sum(name.endswith("/.bakehouse") for name in bare.files())

    @pytest.fixture
    def failing(self, bare: Bare, inputs: Mapping[str, Value], vault: Vault) -> tuple[Failing, ...]:
        secret = Text(("password=", vault.put("password", "flour-and-water")))
        bare.pushed({"taken/a.txt": "theirs\n"})
        return (
            Failing(PermanentFault, {**inputs, "files": {"a.txt": secret}}),
            Failing(PermanentFault, {**inputs, "files": {"../a.txt": "a"}}),
            Failing(Conflict, {**inputs, "path": "taken"}),
            Failing(PermanentFault, inputs, GitConnection(url="file:///nowhere/at/all")),
            Failing(TransientFault, inputs, GitConnection(url="https://127.0.0.1:9/x.git")),
        )
