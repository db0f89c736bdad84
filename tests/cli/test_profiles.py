"""What is shown of profiles: in the plan, in explain, and where a patch cannot be made."""

from pathlib import Path

import pytest

from desk import Desk

pytestmark = pytest.mark.slow

CATALOG = """\
kind: Platform
metadata: {name: acme}
spec: {packs: [{name: bakehouse/local}]}
---
kind: WorkloadProfile
metadata: {name: apm}
spec: {match: [{}], target: kubernetes, patches: [{object: {kind: Deployment}, merge: {spec: {x: 1}}}]}
---
kind: WorkloadProfile
metadata: {name: level}
spec: {match: [{environmentType: local}], defaults: {containers: {"*": {variables: {LEVEL: info}}}}}
---
kind: WorkloadProfile
metadata: {name: wrong}
spec: {match: [{application: app}], target: process, patches: [{object: {kind: Deployment}, merge: {x: 1}}]}
"""
SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers: {main: {image: ., command: [sleep, "100"]}}
"""
APPLICATION = (
    "kind: Application\nmetadata: {name: app}\nspec: {workloads: [score.yaml], platform: ../catalog}\n"
)


@pytest.fixture
def app(tmp_path: Path, isolated_home: Path) -> Desk:
    for name in ("app", "catalog"):
        (tmp_path / name).mkdir()
    (tmp_path / "catalog" / "platform.yaml").write_text(CATALOG)
    (tmp_path / "app" / "score.yaml").write_text(SCORE)
    (tmp_path / "app" / "bakehouse.yaml").write_text("apiVersion: bakehouse.dev/v1\n" + APPLICATION)
    desk = Desk(tmp_path / "app")
    desk("env", "create", "local", "--type", "local")
    return desk


def test_the_plan_names_the_profiles_and_the_place_of_a_patch_that_cannot_be_made(app: Desk) -> None:
    assert (
        """\
  + workload#web  create   requested (score.yaml:2)
      with 3 profiles: apm (1 patch for kubernetes, skipped), level, wrong (1 patch)
      cannot be applied: patch 1 of profile wrong matches no object; there are objects of kind Process named \
main (../catalog/platform.yaml:13:1)
"""
        in app("plan", expect=1).out
    )
    assert app("apply", "--auto-approve", expect=1).codes == ["change-refused"]


def test_explain_lists_them_with_what_they_set_and_why_one_is_skipped(app: Desk) -> None:
    assert (
        """\
  profiles, the most specific last
    apm  ../catalog/platform.yaml:5 (layer acme)
        matches everything, rank (0, 0, 0, 0, 0)
        1 patch for kubernetes, skipped: they are for kubernetes, and this runs on target process
    level  ../catalog/platform.yaml:9 (layer acme)
        matches environmentType local, rank (0, 0, 0, 1, 0)
        sets containers.main.variables.LEVEL
    wrong  ../catalog/platform.yaml:13 (layer acme)
        matches application app, rank (0, 0, 1, 0, 0)
        1 patch for process, applied by the driver
"""
        in app("explain", "workload#web").out
    )


def test_a_saved_plan_still_says_so(app: Desk) -> None:
    assert "Saved to saved. As it is, it can be shown only." in app("plan", "--out", "saved", expect=1).err
    (change,) = app.read("show", "saved")["changes"]
    assert [(p["name"], p["skipped"] is None) for p in change["profiles"]] == [
        ("apm", False), ("level", True), ("wrong", True),
    ]  # fmt: skip
