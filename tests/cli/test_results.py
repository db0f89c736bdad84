"""The result of a deployment by command: what failed, what waited for it, and how to carry on, also later."""

import json
import re
import signal
import time
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

FAILURE = """\
<!-- bakehouse plan UID -->

### Failed: deployment 1 of `bakery` in `here`

**1 failed, 2 skipped; 1 created.**

> [!CAUTION]
> This is not complete. Carry on with `bakehouse apply -e here`.

#### Failed

````text
oven#shared.oven  create failed: python ended with exit code 1 without an answer; it said: no gas for </code>``` with ***
  met by: definition oven
````

#### Skipped

```text
because of oven#shared.oven: 2 greeting
  greeting#shared.bread  create
  greeting#shared.crumbs  create
```

#### Done

```text
created: 1 greeting
  greeting#shared.world
```

---

Plan `DIGEST` · `THEN` by `ME` in 1 s
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def bakery(tmp_path: Path, isolated_home: Path) -> Desk:
    """An application whose oven is broken: what needs it is not made."""
    desk = Desk(written(tmp_path / "bakery", {**FILES, "oven": "broken"}))
    desk("env", "create", "here", "--type", "plain")
    return desk


def fixed(text: str) -> str:
    """A comment with what differs from run to run replaced."""
    text = re.sub(r"`[0-9a-f]{64}`", "`DIGEST`", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID", text)
    text = re.sub(r"`[0-9-]+T[0-9:.]+Z` by `.+` in [0-9.]+ s", "`THEN` by `ME` in 1 s", text)
    return re.sub(r"  in [0-9.]+ s\n", "\n", text)


def test_the_comment_of_a_deployment_tells_what_failed_and_what_waited_for_it(bakery: Desk) -> None:
    planned = bakery("plan", "--format", "markdown").out
    bakery("apply", "--auto-approve", expect=1)
    found = bakery("show", "1", "--format", "markdown").out
    assert fixed(found) == FAILURE
    assert found.splitlines()[0] == planned.splitlines()[0]
    assert bakery("show", "1", "--format", "markdown", "--json").out == found


def test_the_document_of_a_deployment_is_the_same_by_either_flag(bakery: Desk) -> None:
    bakery("apply", "--auto-approve", expect=1)
    assert bakery("show", "1", "--format", "json").out == bakery("show", "1", "--json").out


def test_a_failed_deployment_names_what_carries_it_on_until_another_has_followed(bakery: Desk) -> None:
    bakery("apply", "--auto-approve", expect=1)
    assert bakery("show", "1").out.endswith("\nCarry on with: bakehouse apply -e here\n")
    assert bakery.read("show", "1")["resume"] == "bakehouse apply -e here"
    (bakery.folder / "oven").unlink()
    bakery("apply", "--auto-approve")
    assert [bakery.read("show", number)["resume"] for number in ("1", "2")] == [None, None]
    assert KEY not in bakery("show", "1").out


def test_an_apply_writes_its_result_as_the_comment_and_the_plan_beside_it(bakery: Desk) -> None:
    bakery("plan", "--out", "here.plan")
    applied = bakery("apply", "here.plan", "--auto-approve", "--format", "markdown", expect=1)
    assert fixed(applied.out) == FAILURE.replace("bakehouse apply -e here", "bakehouse apply here.plan")
    assert bakery("show", "1", "--format", "markdown").out == applied.out
    assert applied.err.startswith("bakery in here: 4 to create.\n")


def test_the_comment_of_a_resumed_plan_tells_what_had_been_done_before(bakery: Desk) -> None:
    bakery("plan", "--out", "here.plan")
    bakery("apply", "here.plan", "--auto-approve", expect=1)
    (bakery.folder / "oven").unlink()
    page = bakery("apply", "here.plan", "--auto-approve", "--format", "markdown").out
    assert "\n### Applied: deployment 2 of `bakery` in `here`\n" in page
    assert "\n**4 created.**\n" in page
    assert "\n  greeting#shared.world  by an earlier deployment\n" in page
    assert page.endswith(" · `resumes deployment 1`\n")


def test_where_there_is_nothing_to_do_the_comment_says_so(bakery: Desk) -> None:
    (bakery.folder / "oven").unlink()
    bakery("apply", "--auto-approve")
    for words in (("-e", "here"), ("--all-environments",)):
        page = bakery("apply", *words, "--auto-approve", "--format", "markdown", "--json").out
        assert page.startswith("<!-- bakehouse plan ")
        assert "\n**Nothing to do.**\n" in page


def ended_by(bakery: Desk, number: signal.Signals) -> int:
    """Apply, send the signal while the oven is being lit, and say how the command ended."""
    (bakery.folder / "oven").write_text("slow")
    process = bakery.start("apply", "--auto-approve")
    deadline = time.monotonic() + 60
    while not (bakery.folder / "lit").exists():
        assert time.monotonic() < deadline, "the oven is never lit"
        time.sleep(0.02)
    process.send_signal(number)
    return process.wait(60)


def test_a_killed_deployment_says_what_was_at_work(bakery: Desk) -> None:
    assert ended_by(bakery, signal.SIGKILL) == -signal.SIGKILL
    page = bakery("show", "1", "--format", "markdown").out
    assert "\n### Running: deployment 1 of `bakery` in `here`\n" in page
    assert " If its process is gone, carry on with `bakehouse apply -e here`.\n" in page
    assert "\n#### At work\n\n```text\noven#shared.oven  unfinished\n```\n" in page
    bakery("apply", "--auto-approve")
    left = bakery("show", "1", "--format", "markdown").out
    assert "\n> Its process ended without a word; what is not listed was not started.\n" in left
    assert "\n#### Outcome not known\n\n```text\noven#shared.oven  unfinished\n```\n" in left


def test_an_interrupted_deployment_says_what_was_not_attempted(bakery: Desk) -> None:
    assert ended_by(bakery, signal.SIGINT) == 130
    page = bakery("show", "1", "--format", "markdown").out
    assert "\n### Stopped: deployment 1 of `bakery` in `here`\n" in page
    assert "\n**2 not attempted; 2 created.**\n" in page
    assert "\n> This is not complete. Carry on with `bakehouse apply -e here`.\n" in page
    assert "\n#### Not attempted\n\n```text\ncreate: 2 greeting\n  greeting#shared.bread\n" in page


def test_several_environments_have_a_comment_each_and_a_summary_below(bakery: Desk) -> None:
    bakery("env", "create", "there", "--type", "plain")
    bakery("env", "create", "yonder", "--type", "plain")
    (bakery.folder / "oven").unlink()
    bakery("apply", "-e", "yonder", "--auto-approve")
    (bakery.folder / "oven").write_text("broken")
    bakery("apply", "-e", "here", "--target", "greeting#shared.world", "--auto-approve")
    words = ("apply", "-e", "yonder,here,there", "--auto-approve", "--format", "markdown")
    page = bakery(*words, expect=1).out
    assert re.findall("(?m)^(?:<!-- bakehouse plan|###+ [A-Z][a-z]+)", page) == [
        "<!-- bakehouse plan",
        "### Plan",
        "<!-- bakehouse plan",
        "### Failed",
        "#### Failed",
        "#### Skipped",
        "#### Environments",
    ]
    assert page.endswith(
        "\n\n#### Environments\n\n```text\nyonder  nothing to do\nhere    failed, deployment 2\n"
        "there   not attempted\n```\n\nCarry on with `bakehouse apply -e here,there`.\n"
    )


def test_the_format_json_of_an_apply_is_its_stream_of_events(bakery: Desk) -> None:
    applied = bakery("apply", "--auto-approve", "--format", "json", expect=1)
    lines = [json.loads(line) for line in applied.out.splitlines()]
    assert (lines[0]["kind"], lines[-1]["kind"]) == ("plan", "deployment")


def test_a_format_that_no_result_has_is_refused_before_anything_is_planned(bakery: Desk) -> None:
    refused = bakery("apply", "--auto-approve", "--format", "html", expect=1)
    assert refused.codes == ["unknown-format"]
    assert "formats: text, json, markdown\n" in refused.err
    assert bakery.read("history")["deployments"] == []
