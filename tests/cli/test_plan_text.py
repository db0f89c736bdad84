"""The plan as people read it, as literal text."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.cli.views.plan import PlanJson, PlanText
from bakehouse.cli.views.screen import Screen
from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Diagnostic, Place, Severity
from bakehouse.graph.values import Secret, Unknown
from bakehouse.plans.action import Action
from bakehouse.plans.change import Change, PropertyDiff, Reason, Why
from bakehouse.plans.plan import Plan
from bakehouse.plans.report import report
from made_plans import change, plan, target

DB = Address.parse("postgres#web.db")


def text(found: Plan, verbosity: int = 0) -> str:
    out = io.StringIO()
    PlanText(Screen(out, io.StringIO(), "never", verbosity)).show(found)
    return out.getvalue()


def test_a_first_plan_says_what_is_made_and_which_line_asked_for_it() -> None:
    found = plan(
        change("postgres#web.db", Action.CREATE, PropertyDiff("size", after=2, added=True)),
        change(
            "dns#web.dns",
            Action.CREATE,
            PropertyDiff("port", after=Unknown(Address.parse("proxy#local"), ("port",)), added=True),
            PropertyDiff("labels", after={"a": "x", "b": {"c": [1, 2]}, "none": None}, added=True),
        ),
    )
    assert text(found) == (
        "shop in local: 2 to create.\n"
        "\n"
        "Changes\n"
        "  + postgres#web.db  create   requested (score.yaml:9)\n"
        "      + size  2\n"
        "  + dns#web.dns      create   requested (score.yaml:9)\n"
        "      + port        (known after proxy#local)\n"
        '      + labels.a    "x"\n'
        "      + labels.b.c  [1, 2]\n"
    )


def test_what_loses_something_comes_first_and_whole() -> None:
    dropped = (Reason(Why.DROPPED, "dropped from the application"),)
    found = plan(
        change("config#a", Action.CREATE),
        change("postgres#shared.old", Action.DELETE, reasons=dropped, data_bearing=True),
        change("volume#shared.v", Action.HOLD, reasons=dropped, data_bearing=True),
        change(
            "route#x",
            Action.REPLACE,
            PropertyDiff("host", before="a", after="b", forces_replacement=True),
            reasons=(Reason(Why.INPUT, "input host changed", Place("score.yaml", 12, 1)),),
        ),
        unchanged=14,
    )
    assert text(found) == (
        "shop in local: 1 to create, 1 to replace, 1 to delete, 1 to hold; 14 unchanged.\n"
        "\n"
        "Careful: this loses something\n"
        "  - postgres#shared.old  delete, with its data   dropped from the application\n"
        "  ! volume#shared.v      hold (protected)\n"
        "      dropped from the application\n"
        "      protected: nothing is touched; --allow-destroy volume#shared.v deletes it\n"
        "  ± route#x              replace (old one deleted first)\n"
        '      ~ host  "a" -> "b"   forces replacement   (score.yaml:12)\n'
        "\n"
        "Changes\n"
        "  + config#a             create   requested (score.yaml:9)\n"
    )


def test_an_update_that_takes_away_objects_below_the_resource_is_dangerous_too() -> None:
    found = plan(
        change("config#a", Action.UPDATE, nested=({"object": "note", "action": "update"},)),
        change(
            "postgres#web.db", Action.UPDATE, nested=({"object": "db_instance.main", "action": "replace"},)
        ),
    )
    assert text(found).endswith(
        "Careful: this loses something\n"
        "  ~ postgres#web.db  update\n"
        "      requested (score.yaml:9)\n"
        "      replace db_instance.main\n"
        "\n"
        "Changes\n"
        "  ~ config#a         update\n"
        "      requested (score.yaml:9)\n"
        "      update note\n"
    )


def test_many_dangerous_changes_are_never_grouped_or_cut() -> None:
    dropped = (Reason(Why.DROPPED, "dropped from the application"),)
    found = plan(*(change(f"volume#shared.v{n}", Action.DELETE, reasons=dropped) for n in range(50)))
    assert sum("  - volume#shared.v" in line for line in text(found).splitlines()) == 50


def test_consequences_are_folded_under_their_cause() -> None:
    upstream = (Reason(Why.UPSTREAM, f"url (known after {DB})"),)
    unknown = Unknown(DB, ("host",))
    found = plan(
        change("postgres#web.db", Action.UPDATE, PropertyDiff("size", before=1, after=2)),
        change(
            "workload#web",
            Action.UPDATE,
            PropertyDiff("url", before="x", after=unknown),
            reasons=upstream,
            target=target(url=unknown),
            conditional=("url",),
        ),
    )
    assert text(found) == (
        "shop in local: 2 to update.\n"
        "Restarts: web.\n"
        "\n"
        "Changes\n"
        "  ~ postgres#web.db  update\n"
        "      requested (score.yaml:9)\n"
        "      ~ size  1 -> 2\n"
        "      └ ~ workload#web  update if url turns out different\n"
    )


def test_secrets_are_shown_by_version_only() -> None:
    before, after = Secret("local", "x", "3"), Secret("local", "x", "4")
    found = plan(
        change("postgres#web.db", Action.UPDATE, PropertyDiff("password", before=before, after=after))
    )
    assert "      ~ password  *** (version 3) -> *** (version 4)\n" in text(found)


def test_changed_lines_of_a_text_are_shown_as_lines() -> None:
    diff = PropertyDiff("file", before="a\nb\nc\n", after="a\nB\nc\n")
    assert "      ~ file  (text)\n          -b\n          +B\n" in text(
        plan(change("files#x", Action.UPDATE, diff))
    )


def test_changed_lines_that_look_like_the_head_of_a_diff_are_shown() -> None:
    diff = PropertyDiff("sql", before="-- keep\na\n", after="++i\nb\n")
    shown = text(plan(change("config#a", Action.UPDATE, diff)))
    assert shown.splitlines()[-4:] == [f"          {line}" for line in ("--- keep", "-a", "+++i", "+b")]


def test_long_values_are_cut_so_that_what_differs_is_seen() -> None:
    before, after = (["x" * 300 + image + "y" * 300] for image in ("image:1", "image:2"))
    diff = PropertyDiff("command", before=before, after=after)
    found = plan(change("config#a", Action.UPDATE, diff))
    assert "image:1yy" in text(found)
    assert "image:2yy" in text(found)
    assert f"{'x' * 300}image:2{'y' * 300}" in text(found, verbosity=1)


def test_many_changed_lines_are_cut_with_their_number_and_shown_when_asked_for() -> None:
    diff = PropertyDiff("file", before="old\n" * 20, after="new\n" * 20)
    found = plan(change("config#a", Action.UPDATE, diff))
    assert text(found).endswith("-old\n          … 28 more lines (-v shows all)\n")
    assert text(found, verbosity=1).count("+new") == 20


def test_nothing_to_do_is_one_line() -> None:
    assert text(plan(unchanged=11)) == (
        "Nothing to do: shop in local is as it should be (11 resources as recorded).\n"
    )


def test_images_that_were_chosen_say_by_what() -> None:
    found = plan(change("workload#web", Action.CREATE))
    images = {
        "web/main": ("web:2", "--image"),
        "web/side": ("side:1", "environment"),
        "web/old": ("old:1", "recorded"),
        "web/own": ("nginx", "file"),
    }
    shown = text(replace(found, origin=replace(found.origin, images=images)))
    assert shown.endswith(
        "\nImages that the files leave open\n"
        "  web/main  web:2  from --image\n"
        "  web/old   old:1  as last deployed\n"
        "  web/side  side:1  pinned for the environment\n"
    )


def test_a_plan_that_is_not_of_the_files_alone_says_so_first() -> None:
    overrides = ("prod.yaml", "--override-property web:containers.main.image")
    line = (
        "Not from the files alone; overridden by prod.yaml, --override-property web:containers.main.image.\n"
    )
    for found in (plan(change("workload#web", Action.CREATE)), plan(unchanged=2)):
        shown = text(replace(found, origin=replace(found.origin, overrides=overrides)))
        assert shown.splitlines(keepends=True)[1] == line


def test_remarks_stand_apart() -> None:
    remark = Diagnostic(
        "unused",
        "the param size is read by nothing",
        Severity.WARNING,
        Place("score.yaml", 3, 1),
        hint="remove it",
    )
    assert text(plan(change("config#a", Action.CREATE), remarks=(remark,))).endswith(
        "\nRemarks\n  warning: the param size is read by nothing (score.yaml:3)\n    remove it\n"
    )


def test_what_cannot_be_applied_says_so_and_why() -> None:
    found = text(plan(change("dns#x", Action.UPDATE, refused="the server is gone")))
    assert "      cannot be applied: the server is gone\n" in found
    assert found.endswith("\nThis plan cannot be applied: 1 change cannot be carried out.\n")


@pytest.mark.scenario(36)
def test_names_and_values_cannot_steer_the_terminal() -> None:
    diff = PropertyDiff("a\x1b[2J", before="x\u202e", after="y\n\x07")
    shown = text(plan(change("config#a", Action.UPDATE, diff)))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert '      ~ a\\x1b[2J  "x\\u202e" -> "y\\n\\u0007"\n' in shown


@pytest.mark.scenario(34)
def test_ten_thousand_creates_are_one_group() -> None:
    changes = [
        change(f"note#shared.n{n:05}", Action.CREATE, PropertyDiff("text", after=f"t{n}", added=True))
        for n in range(10_000)
    ]
    out = io.StringIO()
    PlanText(Screen(out, io.StringIO(), "never")).show(plan(*changes))
    assert out.getvalue() == (
        "shop in local: 10,000 to create.\n"
        "\n"
        "Changes\n"
        "  + note#shared.n00000 … shared.n09999  create 10,000 alike\n"
        "      requested\n"
        "      because of score.yaml:9 (-v lists every change)\n"
        '      text  each its own, first "t0"\n'
    )


def started(number: int, *objects: Mapping[str, Any]) -> Change:
    name = PropertyDiff("name", after=f"w{number}", added=True)
    return change(f"workload#w{number:02}", Action.CREATE, name, nested=objects)


def test_many_alike_that_do_the_same_to_the_same_objects_are_one_group() -> None:
    start = {"object": "process main", "action": "start", "changes": []}
    assert text(plan(*(started(n, start) for n in range(30)))) == (
        "shop in local: 30 to create.\n"
        "\n"
        "Changes\n"
        "  + workload#w00 … w29  create 30 alike\n"
        "      requested\n"
        "      because of score.yaml:9 (-v lists every change)\n"
        '      name  each its own, first "w0"\n'
        "      start process main\n"
    )


def test_other_objects_or_edits_inside_them_keep_a_change_apart() -> None:
    start = {"object": "process main", "action": "start", "changes": []}
    stop = {"object": "process old", "action": "stop", "changes": []}
    edit = {
        "object": "process main",
        "action": "start",
        "changes": [{"path": "argv", "before": 1, "after": 2}],
    }
    shown = text(plan(*(started(n, start) for n in range(30)), started(30, start, stop), started(31, edit)))
    assert "create 30 alike" in shown
    assert "  + workload#w30  " in shown
    assert "      stop process old\n" in shown
    assert "  + workload#w31  " in shown


def test_empty_blocks_of_something_new_are_shown_only_when_asked_for() -> None:
    """Large providers give dozens of them."""
    new = [("cors_rule", None, []), ("tags", None, {}), ("bucket", None, "media"), ("grant", ["all"], [])]
    made = {
        "object": "aws_s3_bucket.main",
        "action": "create",
        "changes": [{"path": path, "before": before, "after": after} for path, before, after in new],
    }
    found = plan(change("s3#media", Action.CREATE, nested=(made,)))
    assert (
        '      create aws_s3_bucket.main\n        + bucket  "media"\n        ~ grant  ["all"] -> []\n'
        in text(found)
    )
    assert "        + cors_rule  []\n        + tags  {}\n" in text(found, verbosity=1)


def test_verbose_lists_every_change() -> None:
    changes = [change(f"note#shared.n{n}", Action.CREATE) for n in range(30)]
    assert text(plan(*changes), verbosity=1).count("  + note#") == 30


def test_json_is_the_published_document() -> None:
    out = io.StringIO()
    found = plan(change("config#a", Action.CREATE))
    PlanJson(Screen(out, io.StringIO(), json=True)).show(found)
    assert json.loads(out.getvalue()) == report(found)
