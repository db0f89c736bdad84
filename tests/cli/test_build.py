"""A build on its way from a notification to the environments that take it."""

import json

import pytest

from desk import Desk

pytestmark = pytest.mark.slow

RULES = """\
---
kind: EnvironmentType
metadata: {name: dev}
spec: {onRemove: destroy, order: 1, builds: [{ref: '^refs/heads/main$', then: deploy}]}
---
kind: EnvironmentType
metadata: {name: live}
spec: {onRemove: destroy, order: 2, builds: [{ref: '^refs/heads/main$', then: record}]}
---
kind: ResourceDefinition
metadata: {name: runs}
spec: {type: workload, driver: workload, match: [{class: "*"}], inputs: {target: process}}
"""

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers: {main: {image: ., command: [sleep, "600"]}}
"""

A, B = (f"registry.example/web@sha256:{letter * 64}" for letter in "ab")


@pytest.fixture
def shop(desk: Desk) -> Desk:
    desk.edit("platform/platform.yaml", lambda text: text + RULES)
    desk.edit(
        "bakehouse.yaml",
        lambda text: text.split("spec:")[0] + "spec: {workloads: [score.yaml], platform: ./platform}\n",
    )
    (desk.folder / "score.yaml").write_text(SCORE)
    for name in ("live", "dev"):
        desk("env", "create", name, "--type", name)
    return desk


def notified(shop: Desk, image: str, *words: str) -> tuple[str, ...]:
    return ("build", "notify", "--workload", "web", "--ref", "refs/heads/main", "--image", image, *words)


def image_of(shop: Desk, environment: str) -> dict[str, str]:
    found: dict[str, str] = shop.read("plan", "-e", environment)["images"]["web/main"]
    return found


def test_a_notification_says_who_takes_the_build_and_the_next_plan_does(shop: Desk) -> None:
    assert shop(*notified(shop, A, "--number", "7", "--commit", "c0ffee")).out == (
        "Recorded build 1 of web from refs/heads/main\n"
        f"  {A}\n"
        "ENVIRONMENT  TYPE  THEN    NOW\n"
        "dev          dev   deploy  takes it with the next apply\n"
        "live         live  record  takes it with the next apply\n"
    )
    assert image_of(shop, "dev") == {"image": A, "source": "build 1 of refs/heads/main"}
    assert (
        f"Images that the files leave open\n  web/main  {A}  build 1 of refs/heads/main\n"
        in shop("plan", "-e", "dev").out
    )
    assert shop(*notified(shop, B, "--number", "6")).out.endswith(f"keeps the newer {A}\n")
    assert image_of(shop, "live")["image"] == A
    shop("env", "set", "--image", "web/main=mine:1", "-e", "live")
    assert image_of(shop, "live") == {"image": "mine:1", "source": "environment"}
    assert shop.read("plan", "-e", "live", "--image", "other:1")["images"]["web/main"]["source"] == "--image"
    listed = shop.read("build", "list")["builds"]
    assert [(b["id"], b["number"], b["commit"]) for b in listed] == [(2, 6, None), (1, 7, "c0ffee")]


def test_deploying_reaches_only_those_whose_rule_says_so(shop: Desk) -> None:
    try:
        run = shop(*notified(shop, A, "--deploy", "--auto-approve"))
        assert "Deploying build 1 to dev" in run.err
        assert "Applied: deployment 1 of hello in dev in " in run.out
        assert shop.read("history", "-e", "live")["deployments"] == []
        assert image_of(shop, "dev") == {"image": A, "source": "deployment 1"}
        again = shop(*notified(shop, A, "--deploy", "--auto-approve"))
        assert "has it already" in again.out
        assert "Nothing to deploy." in again.err
        lines = shop(*notified(shop, B, "--deploy", "--auto-approve", "--json")).out.splitlines()
        assert [json.loads(line).get("kind") for line in (lines[0], lines[1])] == ["build", "plan"]
        assert image_of(shop, "dev") == {"image": B, "source": "deployment 2"}
    finally:
        shop("destroy", "-e", "dev", "--auto-approve")


def test_nothing_is_deployed_without_approval(shop: Desk) -> None:
    run = shop(*notified(shop, A, "--deploy", "--no-input"), expect=6)
    assert run.codes == ["approval-missing"]
    assert shop.read("history", "-e", "dev")["deployments"] == []
    assert len(shop.read("build", "list")["builds"]) == 1, "the build itself is recorded"


WRONG = [
    (["--built", "yesterday"], "usage"),
    (["--built", "2026-01-01"], "usage"),
    (["--number", "-1"], "usage"),
    (["--application", "hello", "--deploy"], "usage"),
    (["--application", "helo"], "unknown-application"),
    (["--container", "mian"], "unknown-container"),
]


def test_what_cannot_be_is_refused(shop: Desk) -> None:
    for words, code in WRONG:
        assert shop(*notified(shop, A, *words), expect=1).codes == [code]
    assert shop.read("build", "list")["builds"] == []


def test_a_rule_that_is_no_regular_expression_is_told_where_it_stands(shop: Desk) -> None:
    shop.edit(
        "platform/platform.yaml",
        lambda text: text.replace("^refs/heads/main$', then: deploy", "(', then: deploy"),
    )
    run = shop("validate", expect=1)
    assert run.codes == ["bad-value"]
    assert "this is no regular expression" in run.err
