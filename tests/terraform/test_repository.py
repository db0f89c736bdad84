"""Modules of a repository, by the command line: checked when compiled, and applied and destroyed without it."""

import shutil
from pathlib import Path

import pytest

from desk import Desk
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
    source: git::URL//modules/MODULE?ref=v1.0.0
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


def desk(modules: Repository, binary: str, module: str = "server") -> Desk:
    """An application of a server by a module of the repository, registered and not applied."""
    folder = modules.folder.parent / "shop"
    (folder / "platform").mkdir(parents=True)
    text = PLATFORM.replace("URL", modules.url).replace("BINARY", binary).replace("MODULE", module)
    (folder / "platform/all.yaml").write_text(text)
    (folder / "bakehouse.yaml").write_text(
        "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\n"
        "spec:\n  platform: ./platform\n  shared:\n    main: {type: server}\n"
    )
    found = Desk(folder)
    found("env", "create", "one", "--type", "plain")
    return found


def test_what_is_wrong_with_variables_is_told_when_it_is_compiled(
    modules: Repository, binary: str, isolated_home: Path
) -> None:
    found = desk(modules, binary)
    found.edit("platform/all.yaml", lambda text: text.replace("name: orders", "nam: [orders]"))
    ran = found("validate", expect=1)
    assert sorted(ran.codes) == ["missing-input", "unknown-key"]
    assert "did you mean 'name'?" in ran.err


def test_what_was_reviewed_is_applied_and_destroyed_when_the_repository_is_gone(
    modules: Repository, binary: str, isolated_home: Path
) -> None:
    found = desk(modules, binary)
    planned = found("plan", "-e", "one", "--out", "plan.zip").out
    assert 'input.name  "orders"' in planned
    shutil.rmtree(modules.folder)
    shutil.rmtree(isolated_home / "cache")
    found("apply", "plan.zip", "--auto-approve")
    assert 'host      "orders.internal"' in found("outputs", "-e", "one").out
    found("destroy", "-e", "one", "--auto-approve", "--confirm", "one")


def test_a_module_that_calls_another_beside_it_is_fetched_by_the_program(
    modules: Repository, binary: str, isolated_home: Path
) -> None:
    found = desk(modules, binary, "outward")
    assert "module.server.terraform_data.server" in found("plan", "-e", "one").out
    found("apply", "-e", "one", "--auto-approve")
    outputs = found("outputs", "-e", "one").out
    assert 'host      "orders.internal"' in outputs
    assert "password  ***" in outputs
    found("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
