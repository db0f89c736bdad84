"""`spec.adopt`: an object that exists already becomes a resource, with the difference in the plan, and stays protected."""

from pathlib import Path

import pytest

from desk import Desk

pytestmark = pytest.mark.slow

SCRIPT = """\
#!/usr/bin/env python3
import json, os, pathlib, sys

request = json.loads(sys.stdin.readline())
folder = pathlib.Path(request["inputs"]["folder"])
file = folder / f"{request['token']}.txt"


def answer(**line):
    print(json.dumps(line), flush=True)


if request["operation"] == "import":
    source = file if file.exists() else folder / request["external_id"]
    if source.exists():
        text = source.read_text()
        answer(result={"inputs": {"text": text}, "outputs": {"text": text}, "private": {"found": str(source)}})
    else:
        answer(fault={"kind": "not-found", "message": f"there is no {source.name}"})
elif request["operation"] == "delete":
    file.unlink(missing_ok=True)
    answer(result={})
else:
    found = (request["prior"] or {}).get("private", {}).get("found")
    if (folder / "busy").exists():
        answer(fault={"kind": "permanent", "message": "the folder is busy"})
        sys.exit()
    if found and pathlib.Path(found).exists():
        pathlib.Path(found).rename(file)
    file.write_text(request["inputs"]["text"])
    answer(result={"outputs": {"text": file.read_text()}})
"""

NOTE = """
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: note}
spec:
  params: {type: object, properties: {text: {type: string}}}
  outputs: {type: object, properties: {text: {type: string}}, required: [text]}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: note}
spec:
  type: note
  driver: exec
  match: [{}]
  inputs:
    command: [./note.py]
    inputs: {folder: FOLDER, text: "${resource.params.text}"}
    outputs: {text: {type: string}}
"""

WANTED = """\
    memo: {type: note, params: {text: new}}
  adopt:
    - {environment: here, address: "note#shared.memo", id: old.txt}
    - {environment: elsewhere, address: "note#shared.nothing", id: x}
"""


@pytest.fixture
def notes(desk: Desk, tmp_path: Path) -> Desk:
    """The application with a note that is to be adopted; `old.txt` is there already."""
    world = tmp_path / "world"
    world.mkdir()
    (world / "old.txt").write_text("as it was")
    (desk.folder / "note.py").write_text(SCRIPT)
    (desk.folder / "note.py").chmod(0o755)
    desk.edit("platform/platform.yaml", lambda text: text + NOTE.replace("FOLDER", str(world)))
    desk.edit("bakehouse.yaml", lambda text: text + WANTED)
    return desk


def world(desk: Desk) -> dict[str, str]:
    return {f.name: f.read_text() for f in sorted((desk.folder.parent / "world").iterdir())}


def test_the_plan_shows_the_difference_and_touches_nothing(notes: Desk) -> None:
    shown = notes("plan").out
    assert (
        "hello in here: 1 to adopt; 2 unchanged.\n"
        "\n"
        "Changes\n"
        "  > note#shared.memo  adopt   takes over old.txt (bakehouse.yaml:" in shown
    )
    assert '      ~ inputs.text  "as it was" -> "new"' in shown
    assert world(notes) == {"old.txt": "as it was"}


def test_an_adopted_object_is_changed_recorded_and_kept_whatever_happens(notes: Desk) -> None:
    notes("apply", "--auto-approve")
    (name,) = world(notes)
    assert world(notes) == {name: "new"}
    record = notes.read("state", "show", "note#shared.memo")
    assert (record["adopted"], record["external_id"], record["status"]) == (True, "old.txt", "ready")
    assert name == f"{record['uid']}.1.txt"
    assert notes("plan", "--detailed-exitcode").out.startswith("Nothing to do")
    notes.edit(
        "bakehouse.yaml", lambda text: text.replace("    memo: {type: note, params: {text: new}}\n", "")
    )
    assert "! note#shared.memo  hold (protected)" in notes("plan").out
    notes("apply", "--auto-approve")
    notes("destroy", "--auto-approve")
    again = notes("destroy", "--auto-approve", expect=6)
    assert again.out.startswith("Nothing is destroyed: all that is recorded of hello in here is protected.\n")
    assert again.codes == ["nothing-destroyed"]
    assert world(notes) == {name: "new"}
    notes("destroy", "--auto-approve", "--allow-destroy", "note#shared.memo", expect=6)
    notes("destroy", "--auto-approve", "--allow-destroy", "note#shared.memo", "--confirm", "here")
    assert world(notes) == {}


def test_what_does_not_exist_is_said_and_refused(notes: Desk) -> None:
    notes.edit("bakehouse.yaml", lambda text: text.replace("id: old.txt", "id: odl.txt"))
    assert "cannot be applied: cannot-adopt: there is no odl.txt" in notes("plan", expect=1).out
    refused = notes("apply", "--auto-approve", expect=1)
    assert refused.codes == ["cannot-adopt"]
    assert "bakehouse.yaml:" in refused.err
    assert world(notes) == {"old.txt": "as it was"}


def test_a_driver_that_cannot_adopt_and_an_address_that_nobody_asks_for_are_told(desk: Desk) -> None:
    entry = '  adopt: [{{environment: here, address: "greeting#shared.{}", id: x}}]\n'
    before = (desk.folder / "bakehouse.yaml").read_text()
    desk("destroy", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: text + entry.format("world"))
    refused = desk("apply", "--auto-approve", expect=1)
    assert refused.codes == ["cannot-adopt"]
    assert "driver template cannot adopt what exists already" in refused.err
    desk.edit("bakehouse.yaml", lambda text: before + entry.format("wrld"))
    refused = desk("plan", expect=1)
    assert refused.codes == ["adopted-by-nothing"]
    assert "did you mean 'greeting#shared.world'?" in refused.err


def test_an_entry_about_what_is_recorded_already_is_a_warning(desk: Desk) -> None:
    desk.edit(
        "bakehouse.yaml",
        lambda text: text + '  adopt: [{environment: here, address: "greeting#shared.world", id: x}]\n',
    )
    shown = desk("plan").out
    assert (
        "warning: greeting#shared.world is recorded already, with an object of its own; x is not adopted"
        in shown
    )


@pytest.mark.scenario(14)
def test_an_object_that_changed_since_the_plan_is_left_alone(notes: Desk) -> None:
    notes("plan", "--out", "p.plan")
    (notes.folder.parent / "world" / "old.txt").write_text("somebody was here")
    failed = notes("apply", "p.plan", "--auto-approve", expect=1)
    assert "old.txt is not what it was when its adoption was planned" in failed.out
    assert world(notes) == {"old.txt": "somebody was here"}
    assert "note#shared.memo" not in notes("state", "list").out


def test_an_adoption_that_failed_half_way_is_done_by_the_next_apply_or_forgotten(notes: Desk) -> None:
    (notes.folder.parent / "world" / "busy").touch()
    notes("apply", "--auto-approve", expect=1)
    assert notes.read("state", "show", "note#shared.memo")["status"] == "tainted"
    text = (notes.folder / "bakehouse.yaml").read_text()
    notes.edit(
        "bakehouse.yaml", lambda text: text.replace("    memo: {type: note, params: {text: new}}\n", "")
    )
    assert "the object is left alone" in notes("plan", "--destroy").out
    assert "o note#shared.memo  forget, keep the object" in notes("plan").out
    (notes.folder / "bakehouse.yaml").write_text(text)
    (notes.folder.parent / "world" / "busy").unlink()
    assert "> note#shared.memo  adopt" in notes("plan").out
    notes("apply", "--auto-approve")
    assert list(world(notes).values()) == ["new"]
    assert notes.read("state", "show", "note#shared.memo")["adopted"] is True
