"""A saved plan that is to be current is applied only while the files would give the same one."""

from desk import Desk

WORLD = "greeting#shared.world"


def test_a_plan_that_the_files_would_give_again_is_applied(desk: Desk) -> None:
    desk("env", "create", "dev", "--type", "plain")
    desk("plan", "-e", "dev", "--out", "p.plan")
    assert "created" in desk("apply", "p.plan", "--auto-approve", "--require-current").out


def test_one_that_they_would_not_give_any_more_is_refused_with_what_differs(desk: Desk) -> None:
    desk("env", "create", "dev", "--type", "plain")
    desk("plan", "-e", "dev", "--out", "p.plan")
    desk.edit("bakehouse.yaml", lambda text: text.replace("name: world", "name: moon"))
    refused = desk("apply", "p.plan", "--auto-approve", "--require-current", expect=4)
    assert set(refused.codes) == {"plan-not-current"}
    assert f"{WORLD} would be changed otherwise by the files as they are now" in refused.err
    assert "created" in desk("apply", "p.plan", "--auto-approve").out


def test_one_that_replaces_what_is_protected_is_current_too(desk: Desk) -> None:
    desk("env", "create", "prod", "--type", "careful")
    desk("apply", "-e", "prod", "--auto-approve")
    desk("plan", "-e", "prod", "--replace", WORLD, "--allow-destroy", WORLD, "--out", "p.plan")
    assert "deleted the old one" in desk("apply", "p.plan", "--auto-approve", "--require-current").out
