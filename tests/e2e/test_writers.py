"""Several writers, and plans that are carried out later than they were made."""

import pytest

from e2e.shop import Shop, finish

pytestmark = pytest.mark.slow

APPLY = ("apply", "--auto-approve", "--no-input")


@pytest.mark.scenario(6)
def test_of_two_applies_at_once_one_writes_and_the_other_is_told(shop: Shop) -> None:
    both = [shop.start(*APPLY), shop.start(*APPLY)]
    codes = sorted(finish(process, expect=(0, 4, 5)).code for process in both)
    assert codes[0] == 0, codes
    shop.assert_nothing_to_do()
    shop.programs()


@pytest.mark.scenario(11)
def test_a_plan_is_refused_when_what_it_was_made_on_has_moved(open_shop: Shop) -> None:
    open_shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "1"', 'BAKING_SECONDS: "2"')
    open_shop.run("plan", "--out", "old.plan", "--no-input")
    open_shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "2"', 'BAKING_SECONDS: "3"')
    open_shop.apply()
    before = open_shop.programs()
    refused = open_shop.run("apply", "old.plan", "--auto-approve", "--no-input", expect=4)
    assert "workload#worker" in refused.err
    assert open_shop.programs() == before


@pytest.mark.scenario(11)
def test_a_plan_is_not_stale_because_something_else_moved(open_shop: Shop) -> None:
    open_shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "1"', 'BAKING_SECONDS: "2"')
    open_shop.run("plan", "--out", "worker.plan", "--no-input")
    open_shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "2"', 'BAKING_SECONDS: "1"')
    open_shop.run("rotate", "postgres#web.db", "--auto-approve", "--no-input")
    open_shop.run("apply", "worker.plan", "--auto-approve", "--no-input")
    open_shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "1"', 'BAKING_SECONDS: "2"')
    open_shop.assert_nothing_to_do()


@pytest.mark.scenario(13)
def test_a_saved_plan_does_what_was_planned_after_the_files_have_changed(shop: Shop) -> None:
    shop.run("plan", "--out", "first.plan", "--no-input")
    shop.edit("platform/brand.yaml", "title: Acme Bakery", "title: Another Bakery")
    (shop.folder / "services/worker/score.yaml").write_text("this: is no Score file any more\n")
    shop.run("apply", "first.plan", "--auto-approve", "--no-input")
    assert "Acme Bakery" in shop.request().text
    assert "worker" in shop.programs()


@pytest.mark.scenario(12)
def test_a_damaged_plan_file_is_refused(shop: Shop) -> None:
    shop.run("plan", "--out", "good.plan", "--no-input")
    whole = (shop.folder / "good.plan").read_bytes()
    (shop.folder / "cut.plan").write_bytes(whole[: len(whole) // 2])
    (shop.folder / "empty.plan").write_bytes(b"")
    for name in ("cut.plan", "empty.plan", "missing.plan"):
        shop.run("apply", name, "--auto-approve", "--no-input", expect=1)
    assert shop.programs() == {}
