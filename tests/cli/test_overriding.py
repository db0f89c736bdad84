"""Overrides and images on the command line: what is planned, shown, recorded, and asked again."""

import json
from pathlib import Path

import pytest

from desk import Desk

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers:
  main:
    image: .
    command: [run]
    variables:
      LEVEL: low
      PLACE: ${resources.world.text}
resources:
  world: {type: greeting, id: world, params: {name: world}}
"""

MET = """\
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: workload}
spec: {type: workload, driver: template, match: [{class: "*"}], inputs: {values: {target: none}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: greeting-wide}
spec:
  type: greeting
  driver: template
  match: [{class: wide}]
  inputs: {values: {text: "${resource.params.name}"}, secrets: {key: {$secret: {store: env, ref: GREETING_KEY}}}}
"""

PROD = """\
metadata: {name: web}
resources:
  world:
    params: {name: moon}
"""


@pytest.fixture
def web(set_desk: Desk) -> Desk:
    """The desk with a workload that asks for a greeting, and an overrides file."""
    desk = set_desk
    (desk.folder / "platform" / "met.yaml").write_text(MET, encoding="utf-8")
    (desk.folder / "web.yaml").write_text(SCORE, encoding="utf-8")
    (desk.folder / "prod.yaml").write_text(PROD, encoding="utf-8")
    desk.edit("bakehouse.yaml", lambda text: text.replace("workloads: []", "workloads: [web.yaml]"))
    desk.edit("bakehouse.yaml", lambda text: text.replace("    again:", "    there:"))
    desk.edit(
        "bakehouse.yaml",
        lambda text: text.replace("    world: {type: greeting, params: {name: world}}\n", ""),
    )
    desk.edit("bakehouse.yaml", lambda text: text.replace("${resources.world.text}", "all"))
    return desk


def test_a_plan_says_that_it_is_overridden_and_where_each_change_comes_from(web: Desk) -> None:
    web("apply", "--auto-approve", "--image", "web:1")
    out = web("plan", "--overrides-file", "prod.yaml", "--image", "web:1").out
    assert out.splitlines()[1] == "Not from the files alone; overridden by prod.yaml."
    assert "(prod.yaml:4)" in out
    document = web.read("plan", "--override-property", "resources.world.params.name=sun", "--image", "web:1")
    assert document["overrides"] == ["--override-property resources.world.params.name"]
    (changed,) = [c for c in document["changes"] if c["type"] == "greeting"]
    assert changed["reasons"][0]["place"]["file"] == "--override-property resources.world.params.name"


def test_explain_and_graph_take_the_overrides_that_the_plan_takes(web: Desk) -> None:
    image = ("--override-property", "containers.main.image=web:1")
    given = (*image, "--override-property", "resources.world.class=wide")
    assert "greeting-wide" in web("explain", "greeting.wide#shared.world", *given).out
    assert "greeting.wide#shared.world" in web("graph", *given).out
    assert "greeting.wide" not in web("graph", *image).out


def test_explain_and_graph_take_images_like_the_plan(web: Desk) -> None:
    assert web("explain", "workload#web", expect=1).codes == ["image-missing"]
    assert "is met by workload" in web("explain", "workload#web", "--image", "web:1").out
    assert "workload#web" in web("graph", "--image", "web:1").out
    assert "workload#web" in web("graph", "--changes", "--image", "web:1").out
    web("plan", "--image", "web:1", "--out", "p.bkplan")
    refused = web("graph", "p.bkplan", "--image", "web:1", expect=1)
    assert "--image: a saved plan is drawn as it is" in refused.err


def test_what_was_overridden_is_part_of_what_is_recorded(web: Desk) -> None:
    web("apply", "--auto-approve", "--image", "web:1", "--overrides-file", "prod.yaml")
    assert web.read("show", "--plan", "1")["overrides"] == ["prod.yaml"]
    assert web.read("outputs", "greeting#shared.world")
    assert json.dumps("hello moon") in web("state", "show", "greeting#shared.world", "--json").out
    assert "Nothing to do" in web("plan", "--image", "web:1", "--overrides-file", "prod.yaml").out
    assert "to update" in web("plan", "--image", "web:1").out


def test_a_saved_plan_keeps_its_overrides_and_images_and_is_asked_again_with_them(
    web: Desk, tmp_path: Path
) -> None:
    file = str(tmp_path / "saved.plan")
    web("plan", "--out", file, "--overrides-file", "prod.yaml", "--image", "web/main=web:2")
    assert "overridden by prod.yaml" in web("show", file).out
    (web.folder / "prod.yaml").unlink()
    refused = web("apply", file, "--override-property", "resources.world.params.name=sun", expect=1)
    assert "--override-property: a saved plan is applied as it is" in refused.err
    web("apply", file, "--auto-approve", "--require-current")
    assert web.read("show", "1")["images"] == {"web/main": "web:2"}


def test_an_image_stays_the_one_that_was_deployed_also_after_a_destroy(web: Desk) -> None:
    web("apply", "--auto-approve", "--image", "web:1")
    web("destroy", "--auto-approve")
    assert "  web/main  web:1  deployment 1\n" in web("plan").out


def test_overrides_that_cannot_be_used_are_all_told(web: Desk) -> None:
    run = web("plan", "--overrides-file", "gone.yaml", "--overrides-file", ".", expect=1)
    assert run.codes == ["file-missing", "file-not-regular"]
    run = web(
        "validate", "--override-property", "wob:containers.main.image=x", "--override-property", "x", expect=1
    )
    assert run.codes == ["bad-override", "bad-override"]
    assert "did you mean 'web'?" in run.err
    assert "[usage]" in web("plan", "--destroy", "--override-property", "a=1", expect=1).err
    run = web("plan", "--override-property", "resources.world.class=widest", "--image", "x", expect=1)
    assert run.codes == ["no-definition", "overridden"]
    assert "at --override-property resources.world.class" in run.err
