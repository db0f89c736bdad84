"""A run that is cut off loses nothing: what was made is in the state, or is imported, and nothing is made twice."""

import contextlib
import fcntl
import json
import os
import signal
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.records import recorded_state
from bakehouse.drivers.builtin.terraform.recovery import begin
from bakehouse.drivers.builtin.terraform.workdir import BACKUP, JOURNAL, STATE, Workdir, lasting
from bakehouse.drivers.conformance.bench import Bench, Held
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import Fault, PermanentFault, TransientFault
from bakehouse.plans.state.holder import is_running
from fakes.dying import begun, exit_of
from parts.mirror import configuration
from terraform_module import folder

pytestmark = pytest.mark.slow

SLOW = """
variable "names" {
  type = list(string)
}
variable "password" {
  type      = string
  sensitive = true
}
variable "seconds" {
  type    = number
  default = 0
}
resource "terraform_data" "first" {
  input = var.password
}
resource "terraform_data" "slow" {
  for_each = toset(var.names)
  input    = terraform_data.first.id
  provisioner "local-exec" {
    command = "sleep ${var.seconds}"
  }
}
output "first" {
  value = terraform_data.first.id
}
"""
REPLACED = """
variable "names" {
  type = list(string)
}
variable "password" {
  type      = string
  sensitive = true
}
variable "trigger" {
  type = string
}
variable "seconds" {
  type    = number
  default = 0
}
resource "terraform_data" "first" {
  triggers_replace = var.trigger
  lifecycle {
    create_before_destroy = CREATE_FIRST
  }
}
resource "terraform_data" "slow" {
  triggers_replace = var.trigger
  provisioner "local-exec" {
    command = "sleep ${var.seconds}"
  }
}
output "first" {
  value = terraform_data.first.id
}
"""
ONE_PROGRAM = pytest.mark.parametrize("binary", ["tofu"], indirect=True)
FAILING = SLOW.replace('"sleep ${var.seconds}"', '"test ${each.key} != bad"')


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    with Bench(Terraform(), tmp_path, None, Vault(), 60) as found:
        yield found


def inputs(bench: Bench, binary: str, module: str, **variables: Any) -> Mapping[str, Any]:
    password = bench.vault.put("password", "correct-horse-battery")
    given = {"names": ["a"], "password": password, **variables}
    return {"source": folder(main_tf=module), "variables": given, "binary": binary}


def ids(folder: Path) -> dict[str, str]:
    """The ids of the objects in a state file, by name."""
    body = json.loads((folder / STATE).read_text())
    return {r["name"]: r["instances"][0]["attributes"]["id"] for r in body["resources"]}


def killed(bench: Bench, given: Mapping[str, Any], until: str, held: Held | None = None) -> Path:
    """Create, or update what is held, in another process, which is killed with all its children once the journal says so."""
    context = bench.context(held.prior() if held else None)
    where = lasting(context)
    work = bench.driver.create if held is None else bench.driver.update
    pid = begun(lambda: work(context, bench.validated(given)))
    journal = where / JOURNAL
    while not (journal.exists() and until in journal.read_text()):
        assert not os.waitpid(pid, os.WNOHANG)[0], "it ended before it could be killed"
        time.sleep(0.01)
    everything = frozen(pid)
    for process in everything:
        send(process, signal.SIGKILL)
    assert exit_of(pid) == -signal.SIGKILL
    while any(map(is_running, everything)):
        time.sleep(0.01)
    return where


def frozen(pid: int) -> set[int]:
    """A process and all its descendants, stopped: else the guards hear of its end, and end the others in their way."""
    found: set[int] = set()
    while fresh := {pid, *below(pid)} - found:
        for process in fresh:
            send(process, signal.SIGSTOP)
        found |= fresh
    return found


def send(process: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def below(pid: int) -> list[int]:
    """All descendants of a process, guards and their children."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    found = [child for child, parent in parents.items() if parent == pid]
    return [*found, *(grandchild for child in found for grandchild in below(child))]


@pytest.mark.parametrize("damage", ["none", "empty", "gone"])
@pytest.mark.scenario(1)
def test_what_a_killed_create_made_is_found_again(bench: Bench, binary: str, damage: str) -> None:
    given = inputs(bench, binary, SLOW, seconds=30)
    where = killed(
        bench, given, '"apply_progress"' if damage == "none" else "terraform_data.first: Creation complete"
    )
    assert stat.S_IMODE(where.stat().st_mode) == 0o700
    made = next(
        hook["id_value"]
        for line in (where / JOURNAL).read_text().splitlines()
        if (hook := json.loads(line).get("hook", {})).get("id_value") and "first" in line
    )
    if damage == "empty":
        (where / STATE).write_bytes(b"")
    elif damage == "gone":
        (where / STATE).unlink(missing_ok=True)
    quick = {**given, "variables": {**given["variables"], "seconds": 0}}
    proposal = bench.plan(quick)
    assert proposal is not None
    planned = {item["object"]: item["action"] for item in proposal.nested}
    assert planned.get("terraform_data.first", "import") == "import"
    reviewed = replace(bench.context(), reviewed=proposal.nested)
    held = bench.recorded(quick, bench.driver.create(reviewed, bench.validated(quick)))
    assert held.outputs["first"] == made
    assert set(ids(where)) == {"first", "slow"}
    bench.delete(held)
    assert not where.exists()


@pytest.mark.parametrize("create_first", [False, True])
@pytest.mark.scenario(1)
def test_what_a_killed_replacement_made_is_found_again(bench: Bench, binary: str, create_first: bool) -> None:
    module = REPLACED.replace("CREATE_FIRST", str(create_first).lower())
    held = bench.create(inputs(bench, binary, module, trigger="a"))
    given = inputs(bench, binary, module, trigger="b", seconds=30)
    last = "Destruction" if create_first else "Creation"
    where = killed(bench, given, f"terraform_data.first: {last} complete", held)
    events = [json.loads(line) for line in (where / JOURNAL).read_text().splitlines()]
    (made,) = (
        e["hook"]
        for e in events
        if e["type"] == "apply_complete" and e["hook"]["action"] == "create" and "first" in e["@message"]
    )
    (where / STATE).write_bytes(b"")
    (where / BACKUP).unlink(missing_ok=True)
    recorded = recorded_state(bench.context(held.prior()))
    assert recorded is not None
    assert made["id_value"] != held.outputs["first"] == recorded.ids[made["resource"]["addr"]]
    state, missing = begin(Workdir(where), recorded)
    assert state is not None
    assert missing[made["resource"]["addr"]] == made["id_value"]
    assert state.addresses.isdisjoint(missing)
    quick = {**given, "variables": {**given["variables"], "seconds": 0}}
    bench.delete(bench.update(held, quick))


@pytest.mark.scenario(25)
def test_a_create_that_fails_half_way_gives_what_it_made(bench: Bench, binary: str) -> None:
    given = inputs(bench, binary, FAILING, names=["bad"])
    with pytest.raises(Fault) as error:
        bench.driver.create(bench.context(), bench.validated(given))
    assert error.value.code == "terraform-failed"
    assert "modules/server/main.tf:" in error.value.message
    partial = error.value.partial
    assert partial is not None
    assert "first" in dict(partial.outputs)
    assert partial.on_recorded is not None
    partial.on_recorded()
    assert not lasting(bench.context()).exists()


def test_a_run_that_was_recorded_leaves_nothing(bench: Bench, binary: str) -> None:
    given = inputs(bench, binary, SLOW)
    result = bench.driver.create(bench.context(), bench.validated(given))
    where = lasting(bench.context())
    assert [p.name for p in where.iterdir()] == [STATE]
    assert result.on_recorded is not None
    result.on_recorded()
    assert not where.exists()
    bench.delete(bench.recorded(given, result))
    assert [str(p) for p in (bench.folder / "home").rglob("*")] == []


def test_a_run_that_fails_before_it_changes_anything_leaves_nothing(bench: Bench, binary: str) -> None:
    given = inputs(bench, binary, SLOW.replace("var.password", "var.passwort"))
    with pytest.raises(Fault) as error:
        bench.create(given)
    assert "modules/server/main.tf:" in error.value.message
    assert not lasting(bench.context()).exists()


@ONE_PROGRAM
@pytest.mark.parametrize("damage", ["none", "empty"])
def test_a_destroy_that_fails_leaves_no_state_in_clear(
    bench: Bench, binary: str, damage: str, tmp_path: Path
) -> None:
    stays = tmp_path / "stays"
    stays.touch()
    ruins = f" && : > {lasting(bench.context()) / STATE}" if damage == "empty" else ""
    module = SLOW.replace(
        'command = "sleep ${var.seconds}"',
        f'command = "true"\n  }}\n  provisioner "local-exec" {{\n    when    = destroy\n'
        f'    command = "test ! -e {stays} || (true{ruins}; false)"',
    )
    held = bench.create(inputs(bench, binary, module))
    with pytest.raises(Fault, match="terraform-failed"):
        bench.delete(held)
    assert not lasting(bench.context()).exists()
    stays.unlink()
    bench.delete(held)


@ONE_PROGRAM
def test_a_lock_that_somebody_holds_is_waited_for_as_long_as_there_is_time(bench: Bench, binary: str) -> None:
    given = inputs(bench, binary, SLOW)
    where = lasting(bench.context())
    where.mkdir(mode=0o700, parents=True)
    (where / STATE).touch()
    holding, held = os.pipe()
    pid = os.fork()
    if not pid:
        with (where / STATE).open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            os.write(held, b"x")
            signal.pause()
    try:
        os.read(holding, 1)
        late, wanted = replace(bench.context(), deadline=time.monotonic()), bench.validated(given)
        with pytest.raises(TransientFault, match="a Terraform of an earlier run still works"):
            bench.driver.create(late, wanted)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    bench.delete(bench.create(given))


@ONE_PROGRAM
def test_a_provider_that_cannot_be_had_is_named(
    bench: Bench, binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration(tmp_path / "mirror.rc", tmp_path)))
    needs = 'terraform {\n  required_providers {\n    oven = { source = "parts.test/nobody/oven" }\n  }\n}\n'
    with pytest.raises(PermanentFault) as error:
        bench.create(inputs(bench, binary, needs + SLOW))
    assert error.value.code == "terraform-failed"
    assert "init failed: Failed to query available provider packages" in error.value.message
    assert "parts.test/nobody/oven" in error.value.message
    assert error.value.hint is not None
    assert "check the provider's source and version" in error.value.hint
    assert not lasting(bench.context()).exists()


@ONE_PROGRAM
def test_a_setting_that_the_program_warns_about_does_not_disturb_it(
    bench: Bench, binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "nowhere.rc"))
    bench.delete(bench.create(inputs(bench, binary, SLOW)))
