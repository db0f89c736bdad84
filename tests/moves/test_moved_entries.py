"""`spec.moved` as a person meets it: what the plan says, and what is refused with the line that is wrong."""

import pytest

from desk import Desk

TWO_CLASSES = """
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: loud}
spec:
  type: greeting
  driver: template
  match: [{class: loud}]
  inputs:
    values: {text: "HELLO ${resource.params.name}"}
    secrets: {key: {$secret: {store: env, ref: GREETING_KEY}}}
"""


def rename(desk: Desk, entry: str) -> None:
    """Call the resource `world` `globe`, and say so by an entry."""
    desk.edit("bakehouse.yaml", lambda text: text.replace("    world:", "    globe:"))
    desk.edit("bakehouse.yaml", lambda text: text.replace("resources.world", "resources.globe"))
    desk.edit("bakehouse.yaml", lambda text: f"{text}  moved:\n    - {entry}\n")


def test_a_move_is_shown_apart_is_no_change_and_is_carried_out_once(desk: Desk) -> None:
    uid = desk.read("state", "show", "greeting#shared.world")["uid"]
    rename(desk, '{from: "greeting#shared.world", to: "greeting#shared.globe"}')
    assert desk("plan", "--detailed-exitcode").out == (
        "hello in here: 1 to move; 1 unchanged.\n"
        "\n"
        "Moved, and not touched\n"
        "  → greeting#shared.globe  moved from greeting#shared.world (bakehouse.yaml:11)\n"
    )
    done = desk("apply", "--no-input")
    assert "greeting#shared.globe  moved: from greeting#shared.world" in done.err
    assert ": 1 moved, 1 recorded." in done.out
    assert desk("plan").out.startswith("Nothing to do")
    assert desk.read("state", "show", "greeting#shared.globe")["uid"] == uid
    told = desk.read("state", "show", "greeting#shared.again")["depends_on"]
    assert [e["address"] for e in told] == ["greeting#shared.globe"]


def test_older_files_take_back_what_was_moved_since(desk: Desk) -> None:
    uid = desk.read("state", "show", "greeting#shared.world")["uid"]
    older = (desk.folder / "bakehouse.yaml").read_text(encoding="utf-8")
    rename(desk, '{from: "greeting#shared.world", to: "greeting#shared.globe"}')
    desk("apply", "--auto-approve")
    (desk.folder / "bakehouse.yaml").write_text(older, encoding="utf-8")
    told = "greeting#shared.world  moved back from greeting#shared.globe, its first address"
    assert told in desk("plan", "--detailed-exitcode").out
    desk("apply", "--auto-approve")
    assert desk.read("state", "show", "greeting#shared.world")["uid"] == uid
    assert desk("plan").out.startswith("Nothing to do")


def test_a_rollback_takes_back_what_was_moved_since(desk: Desk) -> None:
    uid = desk.read("state", "show", "greeting#shared.world")["uid"]
    rename(desk, '{from: "greeting#shared.world", to: "greeting#shared.globe"}')
    desk("apply", "--auto-approve")
    done = desk("rollback", "--to", "1", "--auto-approve")
    assert "moved back from greeting#shared.globe" in done.out
    assert desk.read("state", "show", "greeting#shared.world")["uid"] == uid


@pytest.mark.scenario(38)
def test_a_move_onto_an_occupied_address_is_refused_and_nothing_is_changed(desk: Desk) -> None:
    before = desk("state", "list").out
    entry = '  moved: [{from: "greeting#shared.world", to: "greeting#shared.again"}]\n'
    desk.edit("bakehouse.yaml", lambda text: text + entry)
    for command in (("plan",), ("apply", "--auto-approve")):
        refused = desk(*command, expect=1)
        assert refused.err == (
            "error: greeting#shared.world to greeting#shared.again cannot move: both are recorded, and each holds "
            "something of its own [moved-onto-occupied]\n"
            "  at bakehouse.yaml:10:11\n"
            '   10 |   moved: [{from: "greeting#shared.world", to: "greeting#shared.again"}]\n'
            "      |           ^\n"
            "  resource greeting#shared.again\n"
            "  hint: if it was carried out before, take the entry out; else free the new address first: drop what is "
            "there, or move it elsewhere\n"
            "  next: bakehouse state show 'greeting#shared.again' -e here\n"
            "  more: bakehouse help moved-onto-occupied\n"
        )
    assert desk("state", "list").out == before


def test_a_slip_of_the_pen_is_refused_before_it_costs_anything(desk: Desk) -> None:
    rename(desk, '{from: "greeting#shared.world", to: "greeting#shared.glob"}')
    refused = desk("plan", expect=1)
    assert refused.codes == ["moved-to-nothing"]
    assert "hint: did you mean 'greeting#shared.globe'? Or take the entry out, to let it go" in refused.err


def test_all_problems_are_told_at_once(desk: Desk) -> None:
    onto = '{from: "greeting#shared.world", to: "greeting#shared.again"}'
    entries = f'[{onto}, {{from: "greeting#shared.again", to: "greeting#x"}}]'
    desk.edit(
        "bakehouse.yaml", lambda text: f"{text}  moved: {entries}\n".replace("name: world}", "nam: world}")
    )
    codes = desk("plan", expect=1).codes
    assert "moved-onto-occupied" in codes
    assert len(codes) > 1


def test_an_entry_that_was_carried_out_stays_without_effect(desk: Desk) -> None:
    rename(desk, '{from: "greeting#shared.world", to: "greeting#shared.globe"}')
    desk("apply", "--no-input")
    desk.edit("bakehouse.yaml", lambda text: text.replace("    globe:", "    earth:"))
    desk.edit("bakehouse.yaml", lambda text: text.replace("resources.globe", "resources.earth"))
    more = '    - {from: "greeting#shared.globe", to: "greeting#shared.earth"}\n'
    desk.edit("bakehouse.yaml", lambda text: text + more)
    assert "greeting#shared.earth  moved from greeting#shared.globe (bakehouse.yaml:12)" in desk("plan").out


def test_another_class_by_the_same_driver_is_a_move_and_an_update(desk: Desk) -> None:
    uid = desk.read("state", "show", "greeting#shared.again")["uid"]
    desk.edit("platform/platform.yaml", lambda text: text + TWO_CLASSES)
    desk.edit(
        "bakehouse.yaml",
        lambda text: text.replace("again: {type: greeting,", "again: {type: greeting, class: loud,"),
    )
    shown = desk("plan").out
    assert "  ~ greeting.loud#shared.again  update\n" in shown
    assert (
        "      class changed from default to loud: moved from greeting#shared.again (bakehouse.yaml:9)\n"
        in shown
    )
    assert "delete" not in shown
    desk("apply", "--auto-approve")
    assert desk.read("state", "show", "greeting.loud#shared.again")["uid"] == uid
    assert desk("plan").out.startswith("Nothing to do")


def test_an_old_address_that_is_used_again_is_a_new_resource_and_a_warning(desk: Desk) -> None:
    uid = desk.read("state", "show", "greeting#shared.world")["uid"]
    rename(desk, '{from: "greeting#shared.world", to: "greeting#shared.globe"}')
    desk.edit(
        "bakehouse.yaml",
        lambda text: text.replace(
            "  shared:\n", "  shared:\n    world: {type: greeting, params: {name: w}}\n"
        ),
    )
    shown = desk("plan").out
    assert "  + greeting#shared.world  create" in shown
    assert "something new is asked for at the old address (bakehouse.yaml:12)" in shown
    desk("apply", "--auto-approve")
    assert desk.read("state", "show", "greeting#shared.globe")["uid"] == uid
    assert desk.read("state", "show", "greeting#shared.world")["birth"] == 2
    assert desk("plan", expect=1).codes == ["moved-onto-occupied"]


def test_two_entries_that_adopt_for_one_address_are_refused(desk: Desk) -> None:
    entry = '{environment: here, address: "greeting#shared.world", id: x}'
    desk.edit("bakehouse.yaml", lambda text: f"{text}  adopt: [{entry}, {entry}]\n")
    assert desk("validate", expect=1).codes == ["bad-adopt"]


def test_a_move_to_another_type_is_refused_when_the_file_is_read(desk: Desk) -> None:
    rename(desk, '{from: "greeting#shared.world", to: "volume#shared.globe"}')
    refused = desk("plan", expect=1)
    assert refused.codes == ["bad-move"]
    assert "what is of type greeting cannot become one of type volume" in refused.err
