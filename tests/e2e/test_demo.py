"""The demo, as `make demo` runs it, and what a customer does afterwards."""

import re
import subprocess
import sys

import pytest

from e2e.shop import Run, Shop, eventually, finish

pytestmark = pytest.mark.slow


def run_demo(shop: Shop) -> Run:
    command = [sys.executable, str(shop.folder / "demo.py")]
    return finish(
        subprocess.Popen(
            command,
            cwd=shop.folder,
            env=shop.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )


def orders(shop: Shop) -> dict[str, str]:
    """Who ordered, and how far each order is."""
    page = shop.request().text
    rows = re.findall(r'<li class="(\w+)">.*?for ([^<]*)</small>', page)
    return {customer: state for state, customer in rows}


def test_the_demo_opens_the_shop_and_a_second_one_finds_nothing_to_do(shop: Shop) -> None:
    first = run_demo(shop)
    url = shop.url()
    assert f"The shop is open: {url}" in first.out
    assert "Try next:" in first.out
    before = shop.programs()
    assert set(before) >= {"supervisor", "postgres", "web", "worker"}
    second = run_demo(shop)
    assert "Nothing to do" in second.out
    assert shop.programs() == before
    assert not list(shop.folder.rglob("*.plan"))


def test_the_demo_registers_the_environment_where_there_is_none(shop: Shop) -> None:
    shop.run("env", "delete", "local", "--auto-approve", "--no-input", "--confirm", "local")
    assert "The shop is open" in run_demo(shop).out


def test_an_order_placed_on_the_page_reaches_the_database_and_is_baked(open_shop: Shop) -> None:
    assert open_shop.request("/healthz").text == "ok\n"
    placed = open_shop.request("/orders", {"bread": "Dark rye", "customer": "Ada <b>Lovelace</b>"})
    assert (placed.status, placed.headers["Location"]) == (303, "/")
    assert open_shop.rows("select bread, customer from orders") == [("Dark rye", "Ada <b>Lovelace</b>")]
    eventually(
        lambda: orders(open_shop) == {"Ada &lt;b&gt;Lovelace&lt;/b&gt;": "baked"}, "the order is baked"
    )
    ticket = open_shop.request("/tickets/1").text
    assert ticket.startswith("Order 1\nDark rye\nfor Ada <b>Lovelace</b>\nbaked ")


def test_the_page_shows_what_the_platform_gives_it(open_shop: Shop) -> None:
    page = open_shop.request().text
    assert "<h1>Acme Bakery</h1>" in page
    assert "shop in local, run by acme with Bakehouse" in page
    assert "--accent: #c2691c" in open_shop.request("/theme.css").text


def test_orders_survive_what_is_restarted(open_shop: Shop) -> None:
    open_shop.request("/orders", {"bread": "Butter brioche", "customer": "Grace"})
    eventually(lambda: orders(open_shop) == {"Grace": "baked"}, "the order is baked")
    before = open_shop.programs()
    worker = "services/worker/score.yaml"
    open_shop.edit(worker, 'BAKING_SECONDS: "1"', 'BAKING_SECONDS: "2"')  # is no matter of the page
    open_shop.run("restart", "web", "--auto-approve", "--no-input")
    open_shop.edit(worker, 'BAKING_SECONDS: "2"', 'BAKING_SECONDS: "1"')
    eventually(lambda: open_shop.request("/healthz").status == 200, "the page is back")
    after = open_shop.programs()
    assert orders(open_shop) == {"Grace": "baked"}
    assert after["web"] != before["web"]
    assert {name: pid for name, pid in after.items() if name != "web"} == {
        name: pid for name, pid in before.items() if name != "web"
    }
