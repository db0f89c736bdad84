"""Pausing, rolling back and copying the real shop: its database keeps its rows, its programs their ports."""

import os
import signal

import pytest

from e2e.processes import kill
from e2e.shop import Shop, eventually, finish

pytestmark = pytest.mark.slow

ORDER = {"bread": "Dark rye", "customer": "Ada"}
ROWS = "SELECT count(*) FROM orders"


def test_a_paused_shop_runs_nothing_and_comes_back_with_its_orders_on_its_ports(open_shop: Shop) -> None:
    shop = open_shop
    url = shop.url()
    shop.request("/orders", ORDER)
    orders = shop.rows(ROWS)
    assert orders == [(1,)]
    before = shop.read("outputs")["resources"]
    shop.run("env", "pause")
    assert set(shop.programs()) <= {"supervisor"}
    words = {r["address"]: r["running"] for r in shop.read("status")["resources"]}
    assert words["workload#web"] is False
    assert words["postgres-instance#local"] is False
    assert True not in words.values()
    assert "workload#web" in shop.run("status").out
    refused = shop.run("apply", "--auto-approve", "--no-input", expect=1)
    assert "[environment-paused]" in refused.err
    kill(shop.processes())  # the machine goes down meanwhile
    shop.run("env", "resume")
    assert shop.read("outputs")["resources"] == before
    assert shop.url() == url
    eventually(lambda: _answers(shop), "the shop answers again")
    assert shop.rows(ROWS) == orders
    shop.assert_nothing_to_do()


def test_a_pause_that_is_killed_is_carried_on_with(open_shop: Shop) -> None:
    shop = open_shop
    web = shop.programs()["web"]
    os.kill(web, signal.SIGSTOP)  # it does not heed the request to end, so pausing takes a while
    pausing = shop.start("env", "pause")
    eventually(
        lambda: shop.read("env", "list")["environments"][0]["paused"], "the environment is being paused"
    )
    pausing.send_signal(signal.SIGKILL)
    finish(pausing, expect=None)
    refused = shop.run("apply", "--auto-approve", "--no-input", expect=1)
    assert "[environment-paused]" in refused.err
    shop.run("env", "pause")
    assert set(shop.programs()) <= {"supervisor"}
    shop.run("env", "resume")
    shop.assert_nothing_to_do()


def test_a_rollback_keeps_the_rows_and_a_copy_is_made_of_what_runs(open_shop: Shop) -> None:
    shop = open_shop
    shop.request("/orders", ORDER)
    shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "1"', 'BAKING_SECONDS: "2"')
    shop.apply()
    orders = shop.rows(ROWS)
    web = shop.programs()["web"]
    shop.run("rollback", "--auto-approve", "--no-input")
    assert shop.rows(ROWS) == orders
    assert shop.programs()["web"] == web
    refused = shop.run("apply", "--auto-approve", "--no-input", expect=1)
    assert "[rolled-away]" in refused.err
    made = (
        "env",
        "create",
        "copy",
        "--type",
        "local",
        "--from",
        "local",
        "--apply",
        "--auto-approve",
        "--no-input",
    )
    shop.run(*made)
    try:
        inputs = shop.run("diff", "local", "copy").out
        assert "BAKING_SECONDS" not in inputs
    finally:
        shop.run("env", "delete", "copy", "--auto-approve", "--no-input")
    shop.run("apply", "--auto-approve", "--no-input", "--roll-forward")
    assert shop.rows(ROWS) == orders


def _answers(shop: Shop) -> bool:
    try:
        return shop.request().status == 200
    except OSError:
        return False
