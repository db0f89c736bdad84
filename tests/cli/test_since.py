"""What became of a plan that was read before, as each format tells it."""

import io

import pytest
from msgspec.structs import replace

from bakehouse.cli.views.plan import plan_view
from bakehouse.cli.views.plan_markdown import markdown
from bakehouse.cli.views.screen import Screen
from bakehouse.plans.action import Action
from bakehouse.plans.change import PropertyDiff
from bakehouse.plans.plan import Plan
from bakehouse.plans.report import report
from desk import Desk
from made_plans import change, plan

OVEN = change("oven#hot", Action.UPDATE, PropertyDiff("heat", 200, 220))
FORMER = plan(OVEN, change("dough#rye", Action.CREATE))
NOW = plan(replace(OVEN, action=Action.REPLACE), change("cellar#old", Action.DELETE))


def text(now: Plan, former: Plan) -> str:
    out = io.StringIO()
    plan_view(Screen(out, io.StringIO()), since=former).show(now)
    return out.getvalue()


def test_the_text_says_what_is_new_different_and_gone_below_what_is_dangerous() -> None:
    shown = text(NOW, FORMER)
    assert (
        "\n".join(shown.splitlines()[shown.splitlines().index("Since the plan that was read before") :][:5])
        == f"""\
Since the plan that was read before
  plan {FORMER.digest[:12]}: 1 new, 1 different, 1 gone
  different  oven#hot    replace, was: update
  new        cellar#old  delete
  gone       dough#rye   was: create"""
    )


def test_equal_plans_are_said_to_be_the_same() -> None:
    assert f"  plan {NOW.digest[:12]}: the same changes.\n" in text(NOW, NOW)


def test_the_comment_and_the_page_tell_it_too() -> None:
    told = "different  oven#hot    replace, was: update"
    assert told in markdown(report(NOW, FORMER))
    out = io.StringIO()
    plan_view(Screen(out, io.StringIO()), "html", since=FORMER).show(NOW)
    assert "different" in out.getvalue()
    assert "replace, was: update" in out.getvalue()


def test_of_very_many_differences_a_comment_names_the_first_and_counts_the_others() -> None:
    many = plan(*(change(f"oven#n{index}", Action.CREATE) for index in range(3000)))
    page = markdown(report(many, plan()))
    assert len(page) <= 65_536
    assert "3,000 new" in page
    assert "more lines" in page


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk("env", "create", "dev", "--type", "plain")
    desk("plan", "-e", "dev", "--out", "old.plan")
    desk.edit("bakehouse.yaml", lambda text: text.replace("name: world}", "name: moon}"))
    return desk


def test_a_plan_is_compared_with_the_one_that_was_saved(planned: Desk) -> None:
    made = planned("plan", "-e", "dev", "--since", "old.plan", "--out", "new.plan", "--format", "markdown")
    assert "#### Since the plan that was read before" in made.out
    assert "greeting#shared.world  create\n" in made.out
    assert planned("show", "new.plan", "--since", "old.plan", "--format", "markdown").out == made.out
    found = planned.read("show", "new.plan", "--since", "old.plan")["since"]
    assert [(c["kind"], c["address"]) for c in found["changes"]] == [
        ("different", "greeting#shared.world"),
        ("different", "greeting#shared.again"),
    ]
    planned("apply", "new.plan", "--auto-approve")
    assert planned.read("show", "1", "--plan", "-e", "dev", "--since", "new.plan")["since"]["same"]


def test_what_cannot_be_compared_is_refused(planned: Desk) -> None:
    planned("env", "create", "other", "--type", "plain")
    assert planned("plan", "-e", "other", "--since", "old.plan", expect=1).codes == [
        "plan-of-another-environment"
    ]
    assert planned("plan", "-e", "dev", "--since", "none.plan", expect=1).codes == ["plan-missing"]
    assert (
        "--since is for the plan of one environment"
        in planned("plan", "-e", "dev,other", "--since", "old.plan", expect=1).err
    )
    planned("apply", "-e", "dev", "--auto-approve")
    assert "--since compares plans" in planned("show", "1", "-e", "dev", "--since", "old.plan", expect=1).err
