"""From the files to applied modules and back, by the command line, with both programs."""

import contextlib
import json
import os
import time
from pathlib import Path

import psutil
import pytest

from desk import PLAIN, Desk, application
from documented import block
from folders import written
from terraform_module import SERVER

pytestmark = pytest.mark.slow

KEY = "planted-5c0a77d1"
PLATFORM = """\
kind: ResourceType
metadata: {name: server}
spec:
  outputs:
    type: object
    properties: {id: {}, host: {}, port: {}, password: {x-secret: true}}
---
kind: ResourceDefinition
metadata: {name: server}
spec:
  type: server
  driver: terraform
  match: [{}]
  inputs:
    source: ./modules/server
    binary: BINARY
    variables:
      name: "${resource.id}"
      password: {$secret: {store: env, ref: GREETING_KEY}}
      zones: [a, b]
---
kind: ResourceType
metadata: {name: note}
spec:
  outputs: {type: object, properties: {text: {}}}
---
kind: ResourceDefinition
metadata: {name: note}
spec:
  type: note
  driver: terraform
  match: [{}]
  dependencies: {server: {type: server, id: shared.main}}
  inputs:
    source: ./modules/note
    binary: BINARY
    variables: {id: "${dependencies.server.id}", host: "${dependencies.server.host}"}
"""
NOTE = """
variable "id" {
  type = string
}
variable "host" {
  type = string
}
resource "terraform_data" "note" {
  input = { id = var.id, host = var.host }
}
output "text" {
  value = terraform_data.note.output.host
}
"""
SLOW = """
resource "terraform_data" "slow" {
  input = terraform_data.server.id
  provisioner "local-exec" {
    command = "test -e QUICK || sleep 60"
  }
}
"""


@pytest.fixture
def desk(tmp_path: Path, binary: str, isolated_home: Path) -> Desk:
    """An application of a server and a note about it, registered and not applied."""
    files = {
        "platform/all.yaml": PLAIN + PLATFORM.replace("BINARY", binary),
        "platform/modules/server/main.tf": SERVER,
        "platform/modules/note/main.tf": NOTE,
        "bakehouse.yaml": application("shared: {main: {type: server}, note: {type: note}}"),
    }
    found = Desk(written(tmp_path / "shop", files))
    found("env", "create", "one", "--type", "plain")
    return found


def with_key(desk: Desk, *words: str, expect: int = 0) -> str:
    ran = desk(*words, expect=expect, GREETING_KEY=KEY)
    assert KEY not in ran.out + ran.err
    return ran.out + ran.err


def test_a_module_is_planned_before_it_exists_applied_changed_and_destroyed(desk: Desk) -> None:
    plan = with_key(desk, "plan", "-e", "one")
    assert 'create terraform_data.zone["a"]' in plan
    assert 'input.name  "shared.main"' in plan
    assert "input.password  ***" in plan
    assert 'input.host  "shared.main.internal"' in plan
    assert "input.id  (known after apply)" in plan
    applied = with_key(desk, "apply", "-e", "one", "--auto-approve")
    assert "terraform_data.server: Creating..." in applied
    assert "Nothing to do" in with_key(desk, "plan", "-e", "one")
    outputs = with_key(desk, "outputs", "-e", "one")
    assert 'host      "shared.main.internal"' in outputs
    assert "password  ***" in outputs

    desk.edit("platform/all.yaml", lambda text: text.replace("zones: [a, b]", "zones: [b, c]"))
    plan = with_key(desk, "plan", "-e", "one")
    assert 'delete terraform_data.zone["a"]' in plan
    assert 'create terraform_data.zone["c"]' in plan
    assert "terraform_data.server" not in plan
    with_key(desk, "apply", "-e", "one", "--auto-approve")
    with_key(desk, "destroy", "-e", "one", "--auto-approve", "--confirm", "one")
    assert planted(desk.folder) == []


def test_a_saved_plan_is_applied_without_the_catalog_and_holds_no_secret(desk: Desk) -> None:
    with_key(desk, "plan", "-e", "one", "--out", "plan.zip")
    (desk.folder / "platform").rename(desk.folder / "elsewhere")
    with_key(desk, "apply", "plan.zip", "--auto-approve")
    assert planted(desk.folder) == []


@pytest.mark.scenario(14)
def test_what_moved_since_the_review_is_not_applied(desk: Desk) -> None:
    """The module reads a file of this machine, which stands for any data source that moves."""
    text = (desk.folder / "platform/modules/note/main.tf").read_text()
    fact = desk.folder / "fact"
    fact.write_text("one")
    (desk.folder / "platform/modules/note/main.tf").write_text(
        text.replace("host = var.host }", f'host = file("{fact}") }}')
    )
    with_key(desk, "plan", "-e", "one", "--out", "plan.zip")
    fact.write_text("two")
    said = with_key(desk, "apply", "plan.zip", "--auto-approve", expect=1)
    assert "plan-moved" in said
    assert "terraform_data.note: input.host would become 'two' instead of 'one'" in said
    assert "terraform_data.note: Creating" not in said
    assert planted(desk.folder) == []


def test_what_is_wrong_with_variables_is_told_when_it_is_compiled(desk: Desk) -> None:
    desk.edit(
        "platform/all.yaml", lambda text: text.replace("zones: [a, b]", "zone: [a, b]\n      port: many")
    )
    ran = desk("plan", "-e", "one", expect=1)
    assert ran.codes == ["unknown-key", "bad-value"]
    assert "did you mean 'zones'?" in ran.err
    assert "platform/all.yaml" in ran.err


def test_an_unknown_output_is_told_with_the_nearest(desk: Desk) -> None:
    desk.edit(
        "platform/all.yaml",
        lambda text: text.replace(
            "      zones: [a, b]", '      zones: [a, b]\n  outputs: {host: "${outputs.hots}"}'
        ),
    )
    ran = desk("plan", "-e", "one", expect=1)
    assert "unknown-output" in ran.codes
    assert "'host'" in ran.err


def test_the_documented_example_does_what_it_says(tmp_path: Path, binary: str, isolated_home: Path) -> None:
    files = {
        "platform/all.yaml": PLAIN + block("drivers/terraform.md", "yaml", "dns-by-module"),
        "platform/modules/record/main.tf": block("drivers/terraform.md", "terraform", "fqdn"),
        "bakehouse.yaml": application("shared: {site: {type: dns}}"),
    }
    desk = Desk(written(tmp_path / "docs", files))
    desk("env", "create", "one", "--type", "plain")
    path = os.pathsep.join((str(Path(binary).parent), os.environ["PATH"]))
    assert ".example.com" in desk("plan", "-e", "one", PATH=path).out
    desk("apply", "-e", "one", "--auto-approve", PATH=path)
    assert ".example.com" in desk("outputs", "-e", "one").out


def planted(folder: Path) -> list[str]:
    """Files that hold the planted secret."""
    return [str(p) for p in folder.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]


@pytest.mark.parametrize("binary", ["tofu"], indirect=True)
def test_an_apply_that_is_killed_with_all_that_it_runs_is_gone_on_with(desk: Desk, tmp_path: Path) -> None:
    quick = tmp_path / "quick"
    kept = SERVER.replace(
        "triggers_replace = [var.name]", ""
    )  # what is not imported, and would replace the object
    (desk.folder / "platform/modules/server/main.tf").write_text(kept)
    (desk.folder / "platform/modules/server/slow.tf").write_text(SLOW.replace("QUICK", str(quick)))
    running = desk.start("apply", "-e", "one", "--auto-approve", GREETING_KEY=KEY)
    made = None
    while made is None:
        assert running.poll() is None, "it ended before it could be killed"
        told = "\n".join(path.read_text() for path in desk.folder.rglob("apply.out"))
        if "terraform_data.slow: Creating" in told:
            hooks = [json.loads(line).get("hook", {}) for line in told.splitlines() if '"id_value"' in line]
            made = next(h["id_value"] for h in hooks if h["resource"]["resource"] == "terraform_data.server")
        time.sleep(0.05)
    everything = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
    for process in everything:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    running.wait()
    quick.touch()
    with_key(desk, "apply", "-e", "one", "--auto-approve")
    assert f'"{made}"' in with_key(desk, "outputs", "-e", "one")
    assert "Nothing to do" in with_key(desk, "plan", "-e", "one")
    assert not (desk.folder / ".bakehouse/one/terraform").exists()
    assert planted(desk.folder) == []
    with_key(desk, "destroy", "-e", "one", "--auto-approve", "--confirm", "one")
