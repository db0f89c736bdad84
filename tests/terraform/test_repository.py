"""Modules of repositories and registries, by the command line: checked when compiled, applied and destroyed without them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Desk
from module_registry import Registry, registry
from repository import Repository
from terraform_module import SERVER

pytestmark = pytest.mark.slow

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: plain}
spec: {onRemove: destroy}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: server}
spec:
  outputs:
    type: object
    properties: {host: {}, port: {}, password: {x-secret: true}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: server}
spec:
  type: server
  driver: terraform
  match: [{}]
  inputs:
    source: SOURCE
    binary: BINARY
    variables: {name: orders, password: pw-of-orders}
"""
OUTWARD = 'module "server" {\n  source = "../server"\n  name = var.name\n  password = var.password\n}\n' + "".join(
    f'variable "{name}" {{\n  type = string\n}}\n' for name in ("name", "password")
) + "".join(
    f'output "{name}" {{\n  value = module.server.{name}\n  sensitive = {str(secret).lower()}\n}}\n'
    for name, secret in (("host", False), ("port", False), ("password", True))
)  # fmt: skip


@pytest.fixture
def modules(tmp_path: Path) -> Repository:
    files = {"modules/server/main.tf": SERVER, "modules/outward/main.tf": OUTWARD}
    made = Repository.made(tmp_path / "modules", files)
    made.commit({}, tag="v1.0.0")
    return made


@pytest.fixture
def served(tmp_path: Path, modules: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with registry(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.root))
        monkeypatch.setenv("GIT_SSL_CAINFO", str(found.root))
        found.publish("acme/servers/plain", "1.0.0", modules, "v1.0.0")
        yield found


def of_repository(modules: Repository, module: str = "server") -> str:
    return f"git::{modules.url}//modules/{module}?ref=v1.0.0"


def of_registry(served: Registry, module: str = "server") -> str:
    return f"{served.host}/acme/servers/plain//modules/{module}\n    version: 1.0.0"


def desk(modules: Repository, binary: str, source: str) -> Desk:
    """An application of a server by a module from elsewhere, registered and not applied."""
    folder = modules.folder.parent / "shop"
    (folder / "platform").mkdir(parents=True)
    (folder / "platform/all.yaml").write_text(PLATFORM.replace("SOURCE", source).replace("BINARY", binary))
    (folder / "bakehouse.yaml").write_text(
        "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\n"
        "spec:\n  platform: ./platform\n  shared:\n    main: {type: server}\n"
    )
    found = Desk(folder)
    found("env", "create", "one", "--type", "plain")
    return found


def test_what_is_wrong_with_variables_is_told_when_it_is_compiled(
    modules: Repository, served: Registry, binary: str, isolated_home: Path
) -> None:
    found = desk(modules, binary, of_registry(served))
    found.edit("platform/all.yaml", lambda text: text.replace("name: orders", "nam: [orders]"))
    ran = found("validate", expect=1)
    assert sorted(ran.codes) == ["missing-input", "unknown-key"]
    assert "did you mean 'name'?" in ran.err


@pytest.mark.parametrize("registered", [False, True])
def test_what_was_reviewed_is_applied_and_destroyed_when_its_origin_is_gone(
    modules: Repository, served: Registry, binary: str, isolated_home: Path, registered: bool
) -> None:
    found = desk(modules, binary, of_registry(served) if registered else of_repository(modules))
    planned = found("plan", "-e", "one", "--out", "plan.zip")
    assert 'input.name  "orders"' in planned.out
    assert "is not read here" not in planned.out
    shutil.rmtree(modules.folder)
    shutil.rmtree(served.folder)
    served.places.clear()
    shutil.rmtree(isolated_home / "cache")
    found("apply", "plan.zip", "--auto-approve")
    assert 'host      "orders.internal"' in found("outputs", "-e", "one").out
    found("destroy", "-e", "one", "--auto-approve", "--confirm", "one")


@pytest.mark.parametrize("registered", [False, True])
def test_a_module_that_calls_another_beside_it_is_fetched_by_the_program(
    modules: Repository, served: Registry, binary: str, isolated_home: Path, registered: bool
) -> None:
    source = of_registry(served, "outward") if registered else of_repository(modules, "outward")
    found = desk(modules, binary, source)
    planned = found("plan", "-e", "one")
    assert "module.server.terraform_data.server" in planned.out
    assert "inputs.source is not read here: " in planned.out
    assert "module 'server' calls '../server', which lies outside the folder" in planned.out
    found("apply", "-e", "one", "--auto-approve")
    outputs = found("outputs", "-e", "one").out
    assert 'host      "orders.internal"' in outputs
    assert "password  ***" in outputs
    found("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
