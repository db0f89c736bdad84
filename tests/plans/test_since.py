"""What became of a plan that was read before."""

import pytest
from msgspec.structs import replace

from bakehouse.graph.diagnostics import Place
from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.action import Action
from bakehouse.plans.change import PropertyDiff
from bakehouse.plans.plan import Plan
from bakehouse.plans.report import report, told
from bakehouse.plans.since import since_body
from made_plans import change, plan

HEAT = PropertyDiff("heat", 200, 220)
OVEN = change("oven#hot", Action.UPDATE, HEAT)
DOUGH = change("dough#rye", Action.CREATE)
CELLAR = change("cellar#old", Action.DELETE)


def entries(former: Plan, now: Plan) -> list[tuple[object, ...]]:
    found = since_body(former, now)["changes"]
    return [(c["kind"], c["address"], c["verb"], c["was"]) for c in found]


def test_equal_plans_are_the_same_whoever_made_them_and_wherever_the_lines_stand() -> None:
    moved = tuple(replace(reason, place=Place("score.yaml", 40, 5)) for reason in DOUGH.reasons)
    former, now = plan(OVEN, DOUGH), plan(OVEN, replace(DOUGH, reasons=moved))
    now = replace(now, origin=replace(now.origin, actor="somebody else", serial=9))
    assert since_body(former, now) == {"digest": former.digest, "same": True, "changes": []}


def test_changes_are_new_different_or_gone() -> None:
    former = plan(OVEN, DOUGH)
    now = plan(replace(OVEN, action=Action.REPLACE), CELLAR)
    assert entries(former, now) == [
        ("different", "oven#hot", "replace", "update"),
        ("new", "cellar#old", "delete", None),
        ("gone", "dough#rye", None, "create"),
    ]
    assert not since_body(former, now)["same"]


def test_another_value_of_a_property_is_another_change() -> None:
    hotter = replace(OVEN, diffs=(PropertyDiff("heat", 200, 240),))
    assert entries(plan(OVEN), plan(hotter)) == [("different", "oven#hot", "update", "update")]


def test_the_published_document_tells_it_where_a_plan_is_named() -> None:
    former, now = plan(OVEN), plan(OVEN, DOUGH)
    assert report(now)["since"] is None
    assert report(now, former)["since"] == told(now, former)["since"] == since_body(former, now)


def test_a_plan_of_another_environment_cannot_be_compared_with() -> None:
    other = replace(
        plan(OVEN), environment="production", environment_uid="00000000-0000-0000-0000-000000000002"
    )
    with pytest.raises(
        InvalidInput, match="plan to compare with is of shop in production, and this one of shop in local"
    ):
        since_body(other, plan(OVEN))
