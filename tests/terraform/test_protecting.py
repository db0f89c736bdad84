"""What a module would destroy below a protected resource that holds data."""

from pathlib import Path

import pytest

from desk import PLAIN, Desk, application
from folders import written

pytestmark = pytest.mark.slow

PLATFORM = """\
kind: ResourceType
metadata: {name: store}
spec:
  dataBearing: true
  params: {type: object, properties: {engine: {type: string}, size: {type: string}}}
  outputs: {type: object, properties: {id: {}}}
---
kind: ResourceDefinition
metadata: {name: store}
spec:
  type: store
  driver: terraform
  match: [{}]
  onRemove: RULE
  inputs:
    source: ./modules/store
    binary: BINARY
    variables: {engine: "${resource.params.engine}", size: "${resource.params.size}"}
"""
STORE = """
variable "engine" {
  type = string
}
variable "size" {
  type = string
}
resource "terraform_data" "database" {
  input            = var.size
  triggers_replace = [var.engine]
}
output "id" {
  value = terraform_data.database.id
}
"""


def applied(folder: Path, binary: str, rule: str) -> Desk:
    files = {
        "platform/all.yaml": PLAIN + PLATFORM.replace("RULE", rule).replace("BINARY", binary),
        "platform/modules/store/main.tf": STORE,
        "bakehouse.yaml": application(
            "workloads: [], shared: {db: {type: store, params: {engine: a, size: s}}}"
        ),
    }
    desk = Desk(written(folder / "app", files))
    desk("env", "create", "one", "--type", "plain")
    desk("apply", "-e", "one", "--auto-approve")
    return desk


def test_an_update_that_destroys_data_below_what_is_protected_is_refused_until_it_is_allowed(
    tmp_path: Path, binary: str, isolated_home: Path
) -> None:
    desk = applied(tmp_path, binary, "protect")
    desk.edit("bakehouse.yaml", lambda text: text.replace("size: s", "size: l"))
    desk("apply", "-e", "one", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: text.replace("engine: a", "engine: b"))
    plan = desk("plan", "-e", "one", expect=1).out
    assert "Careful: this loses something\n  ~ store#shared.db  update" in plan
    assert (
        "this update would destroy terraform_data.database below a protected resource that holds data; "
        "if that is meant, plan with --allow-destroy store#shared.db" in " ".join(plan.split())
    )
    before = desk.read("outputs", "-e", "one")
    desk("apply", "-e", "one", "--auto-approve", expect=1)
    assert desk.read("outputs", "-e", "one") == before
    desk("plan", "-e", "one", "--allow-destroy", "store#shared.db", "--out", "allowed.plan")
    desk("apply", "allowed.plan", "--require-current", "--auto-approve")
    assert desk.read("outputs", "-e", "one") != before


def test_where_it_is_not_protected_it_is_told_as_dangerous(
    tmp_path: Path, binary: str, isolated_home: Path
) -> None:
    desk = applied(tmp_path, binary, "destroy")
    desk.edit("bakehouse.yaml", lambda text: text.replace("engine: a", "engine: b"))
    assert "Careful: this loses something" in desk("plan", "-e", "one").out
    desk("apply", "-e", "one", "--auto-approve")
