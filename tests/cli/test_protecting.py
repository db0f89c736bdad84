"""Protection by what the catalog says now, and what a limited plan says of those that it leaves out."""

import pytest

from desk import Desk

BEFORE = "metadata: {name: greeting}\nspec:\n  type: greeting"


@pytest.fixture
def applied(desk: Desk) -> Desk:
    desk("env", "create", "dev", "--type", "plain")
    desk("apply", "--auto-approve")
    return desk


def drop(desk: Desk, name: str) -> None:
    desk.edit(
        "bakehouse.yaml",
        lambda text: "".join(line for line in text.splitlines(True) if f" {name}: " not in line),
    )


def test_a_definition_that_protects_since_the_last_apply_protects_at_once(applied: Desk) -> None:
    drop(applied, "again")
    assert applied.read("plan")["summary"]["delete"] == 1
    applied.edit(
        "platform/platform.yaml",
        lambda text: text.replace(BEFORE, BEFORE.replace("spec:", "spec:\n  onRemove: protect")),
    )
    assert applied.read("plan")["summary"]["hold"] == 1
    applied("apply", "--auto-approve")
    assert applied.read("state", "show", "greeting#shared.again")["status"] == "orphaned"


def test_an_environment_type_that_protects_since_then_does_so_too(applied: Desk) -> None:
    drop(applied, "again")
    applied.edit(
        "platform/platform.yaml", lambda text: text.replace("onRemove: destroy", "onRemove: protect")
    )
    assert applied.read("plan")["summary"]["hold"] == 1
    renamed = BEFORE.replace("name: greeting}", "name: hello}")
    applied.edit("platform/platform.yaml", lambda text: text.replace(BEFORE, renamed))
    assert applied.read("plan")["summary"]["hold"] == 1


def test_a_rule_that_was_made_looser_counts_only_once_it_was_applied(desk: Desk) -> None:
    desk("env", "create", "prod", "--type", "careful")
    desk("apply", "--auto-approve")
    drop(desk, "again")
    desk.edit("platform/platform.yaml", lambda text: text.replace("onRemove: protect", "onRemove: destroy"))
    assert desk.read("plan")["summary"]["hold"] == 1


def test_a_replacement_names_who_is_left_out_and_goes_on_with_the_old_object(applied: Desk) -> None:
    note = "left out of this plan, and goes on with what is replaced: greeting#shared.again"
    for limit in (("--exclude", "greeting#shared.again"), ("--target", "greeting#shared.world")):
        plan = applied.read("plan", "--replace", "greeting#shared.world", *limit)
        (change,) = (c for c in plan["changes"] if c["action"] == "replace")
        assert change["notes"] == [note]
    whole = applied.read("plan", "--replace", "greeting#shared.world")
    assert all(note not in change["notes"] for change in whole["changes"])
