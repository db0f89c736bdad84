"""An apply is killed while children of drivers run, and children of those in sessions of their own that heed nothing."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk import PLAIN, Desk
from e2e.processes import belonging_to, kill, running
from e2e.shop import eventually
from folders import written

pytestmark = pytest.mark.slow

DEAF = "import os, signal, sys, time\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
CHILD = f"""\
#!{sys.executable}
{DEAF}
open(sys.argv[1] + ".new", "w").write(str(os.getpid()))
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""
DRIVER = f"""\
#!{sys.executable}
import json, pathlib, subprocess
{DEAF}
request = json.loads(sys.stdin.readline())
world = pathlib.Path(request["inputs"]["world"])
made = world / request["token"]
if request["operation"] == "create" and not made.exists():
    made.touch()
    with open(world / "made", "a") as journal:
        journal.write(request["inputs"]["name"] + "\\n")
if request["inputs"]["slow"] and not (world / "gate").exists():
    subprocess.Popen([world / "child", world / "exec-grandchild.pid"], start_new_session=True)
    (world / "exec-child.pid").write_text(str(os.getpid()))
    time.sleep(600)
print(json.dumps({{"result": {{"outputs": {{"path": str(made)}}}}}}))
"""
MODULE = """\
variable "world" {
  type = string
}
resource "terraform_data" "first" {
  provisioner "local-exec" {
    command = "echo first >> ${var.world}/made"
  }
}
resource "terraform_data" "slow" {
  input = terraform_data.first.id
  provisioner "local-exec" {
    working_dir = var.world
    command     = "test -e gate || { setsid ./child module-grandchild.pid & ./child module-child.pid; }"
  }
}
output "path" {
  value = terraform_data.first.id
}
"""
PLATFORM = """\
kind: ResourceType
metadata: {name: quick}
spec: {outputs: {type: object, properties: {path: {type: string}}}}
---
kind: ResourceType
metadata: {name: oven}
spec: {outputs: {type: object, properties: {path: {type: string}}}}
---
kind: ResourceType
metadata: {name: server}
spec: {outputs: {type: object, properties: {path: {type: string}}}}
---
kind: ResourceDefinition
metadata: {name: quick}
spec:
  type: quick
  driver: exec
  match: [{}]
  inputs: {command: [./platform/driver], inputs: {world: WORLD, name: quick, slow: false}, outputs: {path: {}}}
---
kind: ResourceDefinition
metadata: {name: oven}
spec:
  type: oven
  driver: exec
  match: [{}]
  dependencies: {quick: {type: quick, id: shared.quick}}
  inputs:
    command: [./platform/driver]
    inputs: {world: WORLD, name: oven, slow: true, after: "${dependencies.quick.path}"}
    outputs: {path: {}}
---
kind: ResourceDefinition
metadata: {name: server}
spec:
  type: server
  driver: terraform
  match: [{}]
  dependencies: {quick: {type: quick, id: shared.quick}}
  inputs: {source: ./modules/server, binary: BINARY, variables: {world: WORLD}}
"""
APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: bakery}
spec:
  workloads: []
  platform: ./platform
  shared: {quick: {type: quick}, oven: {type: oven}, server: {type: server}}
"""
CHILDREN = ("exec-child", "exec-grandchild", "module-child", "module-grandchild")


@dataclass(frozen=True)
class Bakery:
    """An application of one quick resource and two whose children wait until the file `gate` is there."""

    desk: Desk
    world: Path

    def begun(self) -> tuple[subprocess.Popen[bytes], list[int]]:
        """A real apply, in a fresh interpreter, all of whose children are at work; their numbers."""
        process = self.desk.start("apply", "-e", "one", "--auto-approve", "--no-input")
        files = [self.world / f"{name}.pid" for name in CHILDREN]
        eventually(
            lambda: process.poll() is not None or all(file.exists() and file.read_text() for file in files),
            "all children are at work",
            seconds=120,
        )
        assert process.poll() is None, "it ended before it could be killed"
        pids = [int(file.read_text()) for file in files]
        assert all(running(pid) for pid in pids)
        assert len({os.getsid(pid) for pid in pids}) == 4
        return process, pids

    def left(self) -> list[str]:
        """Processes that name a folder of the test, or are the children of a driver."""
        return [str(process) for process in belonging_to(self.desk.folder, self.world)]

    def assert_whole(self) -> None:
        """Everything is there, and was made once."""
        assert sorted((self.world / "made").read_text().split()) == ["first", "oven", "quick"]
        assert "Nothing to do" in self.desk("plan", "-e", "one").out
        statuses = {
            r["address"]: r["status"] for r in self.desk.read("state", "list", "-e", "one")["resources"]
        }
        assert statuses == {f"{name}#shared.{name}": "ready" for name in ("quick", "oven", "server")}
        assert self.left() == []


@pytest.fixture
def bakery(tmp_path: Path, isolated_home: Path, binary: str) -> Bakery:
    world = written(tmp_path / "world", {"child": CHILD})
    files = {
        "platform/all.yaml": PLAIN + PLATFORM.replace("BINARY", binary).replace("WORLD", str(world)),
        "platform/driver": DRIVER,
        "platform/modules/server/main.tf": MODULE,
        "bakehouse.yaml": APPLICATION,
    }
    desk = Desk(written(tmp_path / "bakery", files))
    desk("env", "create", "one", "--type", "plain")
    return Bakery(desk, world)


@pytest.mark.scenario(5)
def test_after_sigterm_and_then_sigkill_no_child_survives_and_the_next_apply_goes_on(bakery: Bakery) -> None:
    process, children = bakery.begun()
    try:
        process.send_signal(signal.SIGTERM)
        time.sleep(5)
        assert process.poll() is None, "it lets running steps finish"
        process.kill()
        assert process.wait() == -signal.SIGKILL
        eventually(
            lambda: not any(map(running, children)) and not bakery.left(), "no child is left", seconds=70
        )
    finally:
        kill(belonging_to(bakery.desk.folder, bakery.world))
    kept = bakery.desk.read("state", "show", "quick#shared.quick", "-e", "one")
    assert kept["status"] == "ready"
    (bakery.world / "gate").touch()
    bakery.desk("apply", "-e", "one", "--auto-approve")
    assert bakery.desk.read("state", "show", "quick#shared.quick", "-e", "one") == kept
    bakery.assert_whole()


@pytest.mark.scenario(5, 7)
def test_after_sigkill_alone_the_next_apply_waits_for_the_children_to_end_and_goes_on(bakery: Bakery) -> None:
    process, children = bakery.begun()
    try:
        process.kill()
        assert process.wait() == -signal.SIGKILL
        (bakery.world / "gate").touch()
        bakery.desk("apply", "-e", "one", "--auto-approve")
        assert not any(map(running, children))
        bakery.assert_whole()
    finally:
        kill(belonging_to(bakery.desk.folder, bakery.world))
