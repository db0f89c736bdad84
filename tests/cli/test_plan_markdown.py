"""The plan as a comment on a pull request: literal text, told more briefly the more there is, and nothing breaks out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.cli.views.comment import LIMIT
from bakehouse.cli.views.plan_markdown import markdown
from bakehouse.graph.diagnostics import Diagnostic, Severity
from bakehouse.plans.action import Action
from bakehouse.plans.change import Change, PropertyDiff
from bakehouse.plans.plan import Plan
from bakehouse.plans.report import report
from made_plans import change, plan

HOSTILE = (
    "```\n# gone\n",
    "<script>alert(1)</script>",
    "@everyone `x` ``y``",
    "a\u202eb",
    "</details>",
    "\x1b[31m",
)


def comment(found: Plan, **options: object) -> str:
    return markdown(report(found), **options)  # type: ignore[arg-type]


def digest(found: Plan) -> str:
    return f"`{report(found)['digest']}`"


def many(action: Action, number: int, type_: str = "config") -> list[Change]:
    """Changes with a property each, which are not alike."""
    named = (f"{type_}#shared.number-{n}" for n in range(number))
    return [change(name, action, PropertyDiff(f"p{n}", 1, 2)) for n, name in enumerate(named)]


def outside(page: str) -> str:
    """What of a page is no code: neither fenced nor in a line."""
    page = re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", page)
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", page)


def test_a_small_plan_is_told_whole_and_what_is_dangerous_stands_first() -> None:
    found = plan(
        change("dns#web.dns", Action.UPDATE, PropertyDiff("ttl", 60, 300)),
        change("postgres#web.db", Action.REPLACE, PropertyDiff("version", 15, 16, forces_replacement=True)),
        change("workload#web", Action.UPDATE, PropertyDiff("image", "a", "b")),
        unchanged=3,
    )
    assert comment(found, saved="local.plan") == (
        "<!-- bakehouse plan 00000000-0000-0000-0000-000000000001 -->\n"
        "\n"
        "### Plan: `shop` in `local`\n"
        "\n"
        "**2 to update, 1 to replace; 3 unchanged.**\n"
        "\n"
        "Restarts: `web`.\n"
        "\n"
        "#### Careful: this loses something\n"
        "\n"
        "```diff\n"
        "± postgres#web.db  replace (old one deleted first)\n"
        "    requested (score.yaml:9)\n"
        "    ~ version  15 -> 16   forces replacement\n"
        "```\n"
        "\n"
        "#### Changes\n"
        "\n"
        "```diff\n"
        "~ dns#web.dns      update\n"
        "    requested (score.yaml:9)\n"
        "    ~ ttl  60 -> 300\n"
        "~ workload#web     update\n"
        "    requested (score.yaml:9)\n"
        '    ~ image  "a" -> "b"\n'
        "```\n"
        "\n"
        "---\n"
        "\n"
        f"Digest {digest(found)} · planned `2026-01-01T00:00:00Z` by `me`\n"
        "\n"
        "Apply exactly this with `bakehouse apply local.plan`.\n"
    )


def test_nothing_to_do_is_said_in_a_word() -> None:
    assert "**Nothing to do.**" in comment(plan(unchanged=7))


def test_what_loses_nothing_is_told_by_number_before_anything_dangerous_is_shortened() -> None:
    found = plan(*many(Action.UPDATE, 2_000), *many(Action.DELETE, 3, "postgres"))
    page = comment(found)
    assert len(page) <= LIMIT
    assert "~ update 2,000 config" in page
    assert all(f"- postgres#shared.number-{n}" in page for n in range(3))
    assert "approvable" not in page
    assert page.endswith("The whole plan is shown by `bakehouse plan -e local`.\n")


def test_alike_ones_are_one_line_before_they_are_a_number() -> None:
    alike = [change(f"config#shared.c{n}", Action.UPDATE, PropertyDiff("p", 1, 2)) for n in range(900)]
    page = comment(plan(*alike))
    assert len(page) <= LIMIT
    assert "~ config#shared.c0 … shared.c899" in page
    assert "~ p  1 -> 2" in page or "p  1 -> 2" in page


def test_dangerous_ones_have_a_line_each_while_there_is_room() -> None:
    found = plan(*many(Action.DELETE, 900, "postgres"))
    page = comment(found)
    assert len(page) <= LIMIT
    assert page.count("\n- postgres#shared.number-") == 900
    assert "approvable" not in page


def test_a_comment_that_does_not_list_all_that_is_dangerous_is_not_approvable() -> None:
    found = plan(*many(Action.DELETE, 4_000, "postgres"), *many(Action.REPLACE, 2_000, "volume"))
    page = comment(found)
    assert len(page) <= LIMIT
    assert "- delete 4,000 postgres, postgres#shared.number-0 and others" in page
    assert "± replace 2,000 volume, volume#shared.number-0 and others" in page
    assert "5,998 dangerous changes are not listed here: this comment is **not approvable**." in page
    assert digest(found) in page


def test_a_plan_that_cannot_be_applied_says_so_first() -> None:
    page = comment(plan(change("postgres#web.db", Action.UPDATE, refused="it is somebody else's")))
    assert page.index("This plan cannot be applied: 1 change cannot be carried out.") < page.index("#### ")


def test_much_that_loses_nothing_is_folded() -> None:
    page = comment(plan(*many(Action.CREATE, 20)))
    assert "<details><summary>Changes</summary>\n\n```diff\n" in page
    assert page.count("<details>") == page.count("</details>") == 1


@given(st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE)), st.sampled_from(HOSTILE))
def test_no_value_breaks_out_of_the_comment(value: str, remark: str) -> None:
    diffs = (PropertyDiff("a", before=value, after=f"{value}\n{remark}"),)
    found = plan(
        change("config#shared.x", Action.UPDATE, *diffs, notes=(value, remark)),
        change("config#shared.y", Action.DELETE, refused=remark),
        remarks=(Diagnostic("x", f"{remark}{value}", Severity.WARNING, hint=value),),
    )
    plain = plan(
        change("config#shared.x", Action.UPDATE, PropertyDiff("a", "", "\n"), notes=("n", "n")),
        change("config#shared.y", Action.DELETE, refused="r"),
        remarks=(Diagnostic("x", "r", Severity.WARNING, hint="h"),),
    )
    assert re.sub(r"\s+", " ", outside(comment(found))) == re.sub(r"\s+", " ", outside(comment(plain)))


@pytest.mark.parametrize("size", [2_000, 5_000, 20_000])
def test_any_plan_fits_the_room_that_it_is_given(size: int) -> None:
    found = plan(*many(Action.UPDATE, 300), *many(Action.DELETE, 300, "postgres"))
    assert len(comment(found, limit=size)) <= size
