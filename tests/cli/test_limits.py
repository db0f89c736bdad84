"""Plans of a part, plans that replace, and plans that delete suspiciously much, as the command line makes them."""

import pytest

from desk import Desk

pytestmark = pytest.mark.slow


def test_a_part_is_planned_saved_and_required_to_be_current(set_desk: Desk) -> None:
    set_desk.edit("bakehouse.yaml", lambda text: text + "    alone: {type: greeting, params: {name: one}}\n")
    part = set_desk("plan", "--exclude", "greeting#shared.world", "--out", "part.zip").out
    assert part.startswith(
        "hello in here: 1 to create.\nOnly a part was planned: --exclude greeting#shared.world.\n"
    )
    set_desk("apply", "part.zip", "--require-current", "--auto-approve")
    assert [r["address"] for r in set_desk.read("state", "list")["resources"]] == ["greeting#shared.alone"]

    left = ("--replace", "greeting#shared.world", "--target", "greeting#shared.alone")
    assert set_desk("plan", *left, expect=1).codes == ["cannot-replace"]
    again = set_desk("plan", "--target", "greeting#shared.alone", "--replace", "greeting#shared.alone").out
    assert "1 to replace" in again


def test_a_plan_that_deletes_most_of_what_is_recorded_needs_its_number(set_desk: Desk) -> None:
    many = "".join(f"    n{n}: {{type: greeting, params: {{name: one}}}}\n" for n in range(6))
    set_desk.edit("bakehouse.yaml", lambda text: text + many)
    set_desk("apply", "--auto-approve")
    set_desk.edit("bakehouse.yaml", lambda text: text.replace(many, ""))
    refused = set_desk("plan", expect=1)
    assert refused.err == (
        "error: this plan deletes 6 of 8 recorded resources [mass-delete]\n"
        "  hint: if that is meant, add --allow-mass-delete 6\n"
        "  more: bakehouse help mass-delete\n"
    )
    set_desk("apply", "--auto-approve", "--allow-mass-delete", "6")
    assert len(set_desk.read("state", "list")["resources"]) == 2
