"""The result of a deployment by command: what failed, what waited for it, and how to carry on, also later."""

from pathlib import Path

import pytest

from desk import KEY, SMALL, Desk
from folders import written

OVEN = """\
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: oven}
spec: {outputs: {type: object, properties: {heat: {type: string}}, required: [heat]}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: oven}
spec:
  type: oven
  driver: exec
  match: [{}]
  inputs:
    command: [python, platform/oven.py]
    inputs: {key: {$secret: {store: env, ref: GREETING_KEY}}}
"""

PROGRAM = """\
import json, pathlib, sys, time
request = json.loads(sys.stdin.readline())
state = pathlib.Path("oven").read_text() if pathlib.Path("oven").exists() else ""
if request["operation"] == "delete":
    print(json.dumps({"result": {}}))
    sys.exit()
if state == "slow":
    pathlib.Path("lit").touch()
    time.sleep(1)
if state == "broken":
    sys.exit("no gas for </code>``` with " + request["inputs"]["key"])
print(json.dumps({"result": {"outputs": {"heat": "220"}}}))
"""

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: bakery}
spec:
  workloads: []
  platform: ./platform
  shared:
    world: {type: greeting, params: {name: world}}
    oven: {type: oven}
    bread: {type: greeting, params: {name: "${resources.oven.heat}"}}
    crumbs: {type: greeting, params: {name: "${resources.bread.text}"}}
"""

FILES = {
    "platform/platform.yaml": SMALL["platform/platform.yaml"] + OVEN,
    "platform/oven.py": PROGRAM,
    "bakehouse.yaml": APPLICATION,
}

pytestmark = pytest.mark.slow


@pytest.fixture
def bakery(tmp_path: Path, isolated_home: Path) -> Desk:
    """An application whose oven is broken: what needs it is not made."""
    desk = Desk(written(tmp_path / "bakery", {**FILES, "oven": "broken"}))
    desk("env", "create", "here", "--type", "plain")
    return desk


def test_a_failed_deployment_names_what_carries_it_on_until_another_has_followed(bakery: Desk) -> None:
    bakery("apply", "--auto-approve", expect=1)
    assert bakery("show", "1").out.endswith("\nCarry on with: bakehouse apply -e here\n")
    assert bakery.read("show", "1")["resume"] == "bakehouse apply -e here"
    (bakery.folder / "oven").unlink()
    bakery("apply", "--auto-approve")
    assert [bakery.read("show", number)["resume"] for number in ("1", "2")] == [None, None]
    assert KEY not in bakery("show", "1").out
