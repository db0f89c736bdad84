"""The commands that edit an application's files, as people see them."""

import pytest

from desk import Desk

pytestmark = pytest.mark.slow


def test_a_resource_comes_and_goes(desk: Desk) -> None:
    before = (desk.folder / "bakehouse.yaml").read_bytes()
    words = ["resource", "--shared", "third", "--type", "greeting", "--param", "name=there"]
    assert desk("app", "add", *words, "--dry-run").out == (
        "--- bakehouse.yaml\n"
        "+++ bakehouse.yaml\n"
        "@@ -7,3 +7,7 @@\n"
        "   shared:\n"
        "     world: {type: greeting, params: {name: world}}\n"
        '     again: {type: greeting, params: {name: "${resources.world.text}"}}\n'
        "+    third:\n"
        "+      type: greeting\n"
        "+      params:\n"
        "+        name: there\n"
        "Nothing was written.\n"
        "A workload uses it with: bakehouse app add resource WORKLOAD third --type greeting --id third\n"
        "Next: bakehouse plan\n"
    )
    assert (desk.folder / "bakehouse.yaml").read_bytes() == before
    assert desk("app", "add", *words).out.startswith("  changed bakehouse.yaml\n")
    document = desk.read("app", "remove", "resource", "--shared", "third")
    assert (document["kind"], document["written"]) == ("edit", True)
    assert (desk.folder / "bakehouse.yaml").read_bytes() == before


def test_what_would_be_wrong_is_shown_and_not_written(desk: Desk) -> None:
    before = (desk.folder / "bakehouse.yaml").read_bytes()
    run = desk("app", "add", "resource", "--shared", "third", "--type", "greting", expect=1)
    assert "error: with this change: " in run.err
    assert "did you mean 'greeting'?" in run.err
    run = desk("app", "remove", "resource", "--shared", "world", expect=1)
    assert "error: 'world' is still referred to by ${resources.world.text} [still-referenced]" in run.err
    assert "at bakehouse.yaml:9:44" in run.err
    assert (desk.folder / "bakehouse.yaml").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["add", "resource", "world", "--type", "greeting"],
        ["add", "resource", "--shared", "a", "b", "--type", "greeting"],
        ["add", "resource", "--shared", "third", "--type", "greeting", "--id", "x"],
        ["add", "resource", "--shared", "third", "--type", "greeting", "--param", "x"],
        ["add", "workload", "web", "--port", "many"],
        ["add", "workload", "web", "--port", "80", "--port", "81"],
        ["add", "workload", "web", "--command", "'"],
        ["add", "workload", "web", "--command", "echo \x1b[31mred"],
        ["add", "route", "web", "--host", "h", "--dns", "d"],
        ["add", "wrokload", "web"],
    ],
)
def test_wrong_usage_is_told(desk: Desk, words: list[str]) -> None:
    assert desk("app", *words, expect=1).codes == ["usage"]
