"""What others changed, as people are told of it and undo it: real files, changed by hand."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from desk import KEY, Desk

pytestmark = pytest.mark.slow

FOLDER = """\
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: written}
spec:
  type: written
  driver: files
  match: [{}]
  inputs:
    files:
      menu: {content: "bread"}
      key: {content: {$secret: {store: env, ref: GREETING_KEY}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: written}
spec: {outputs: {type: object, properties: {digest: {type: string}, paths: {type: object}}}}
"""


@pytest.fixture
def written(desk: Desk) -> Desk:
    """Two folders of files, applied."""
    desk.edit("platform/platform.yaml", lambda text: text + FOLDER)
    desk.edit(
        "bakehouse.yaml",
        lambda text: text.split("    world:")[0] + "    aa: {type: written}\n    bb: {type: written}\n",
    )
    desk("env", "create", "here", "--type", "plain")
    desk("apply", "--auto-approve")
    return desk


def folder_of(records: list[dict[str, Any]], name: str) -> Path:
    found = next(r for r in records if r["address"] == f"written#shared.{name}")
    return Path(found["outputs"]["paths"]["menu"]).parent


def test_what_others_changed_is_told_planned_and_undone(written: Desk) -> None:
    records = [written.read("state", "show", f"written#shared.{name}") for name in ("aa", "bb")]
    menu, other = folder_of(records, "aa") / "menu", folder_of(records, "bb")
    (digest,) = {r["outputs"]["digest"] for r in records}
    menu.write_text("cake")
    shutil.rmtree(other)

    ran = written("drift", "--detailed-exitcode", expect=2)
    assert (
        ran.out
        == f"""\
hello in here: 1 changed outside, 1 gone; 0 resources as recorded.

Not as recorded
  ~ written#shared.aa  changed
      digest  "{digest}" -> "menu was changed"
  - written#shared.bb  gone: the folder {other} is gone

Next: bakehouse plan --refresh -e here shows what would bring it back.
"""
    )
    assert written.read("drift")["summary"] == {"as-recorded": 0, "changed": 1, "gone": 1, "unread": 0}

    plan = written("plan", "--refresh", "--out", "undo.zip")
    assert (
        plan.out
        == f"""\
hello in here: 1 to create, 1 to update.

Changed outside Bakehouse, and to be undone
  ~ written#shared.aa  update
      changed outside: digest is "menu was changed", recorded "{digest}"
  + written#shared.bb  create   its object is gone: the folder {other} is gone

Everything was read for this plan.
"""
    )
    menu.unlink()
    stale = written("apply", "undo.zip", "--auto-approve", expect=4)
    assert stale.codes == ["stale-plan"]
    assert "written#shared.aa was changed outside since the plan was made" in stale.err
    assert not other.exists()

    written("apply", "--refresh", "--auto-approve")
    assert (menu.read_text(), (other / "menu").read_text()) == ("bread", "bread")
    assert re.search("(?m)^Last read in full at .*; --refresh reads everything.$", written("plan").out)
    assert KEY not in ran.out + plan.out + stale.out + stale.err


TOLD = """\
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: told}
spec: {type: told, driver: exec, match: [{}], inputs: {command: [/bin/sh, ./told]}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: told}
spec: {outputs: {type: object}}
"""
SCRIPT = 'cat >/dev/null; test -e down && exit 1; echo \'{"result": {"outputs": {}}}\'\n'


def test_what_cannot_be_read_is_no_success_for_whoever_asks_by_the_exit_code(written: Desk) -> None:
    written.edit("platform/platform.yaml", lambda text: text + TOLD)
    written.edit("bakehouse.yaml", lambda text: f"{text}    cc: {{type: told}}\n")
    (written.folder / "told").write_text(SCRIPT)
    written("apply", "--auto-approve")
    written("drift", "--detailed-exitcode")
    (written.folder / "down").touch()
    assert "1 could not be read" in written("drift").out
    assert "Could not be read\n  ? told#shared.cc" in written("drift", "--detailed-exitcode", expect=1).out
    shutil.rmtree(folder_of([written.read("state", "show", "written#shared.aa")], "aa"))
    written("drift", "--detailed-exitcode", expect=2)
