"""What has another name is still the same: its data, its programs, its ports."""

import pytest

from e2e.shop import Shop, eventually

pytestmark = pytest.mark.slow

WEB = "services/web/score.yaml"
WORKER = "services/worker/score.yaml"


def call_it_frontend(shop: Shop) -> None:
    """Rename the workload `web`, also where the worker speaks of it, and say so in bakehouse.yaml."""
    shop.edit(WEB, "  name: web\n", "  name: frontend\n")
    shop.edit(WORKER, "  web:\n    type: service", "  frontend:\n    type: service")
    shop.edit(WORKER, "${resources.web.url}", "${resources.frontend.url}")
    shop.edit("bakehouse.yaml", "  links:", "  moved: [{workload: web, to: frontend}]\n  links:")


def customers(shop: Shop) -> list[str]:
    return [name for (name,) in shop.rows("select customer from orders order by id")]


@pytest.mark.scenario(38)
def test_a_renamed_workload_keeps_its_database_its_address_and_its_one_process(open_shop: Shop) -> None:
    open_shop.request("/orders", {"bread": "Dark rye", "customer": "Ada"})
    before, url = open_shop.programs(), open_shop.url()
    database = open_shop.read("state", "show", "postgres#web.db")
    call_it_frontend(open_shop)
    shown = open_shop.run("plan", "--no-input").out
    for own in ("endpoint#{}", "postgres#{}.db", "dns#{}.dns", "route#{}.route", "config.brand#{}.brand"):
        assert f"moved from {own.format('web')} (bakehouse.yaml:" in shown
        assert f"→ {own.format('frontend')} " in shown
    assert "~ workload#frontend" in shown
    assert "postgres#web.db  delete" not in shown
    open_shop.apply()
    after = open_shop.programs()
    assert set(after) == set(before)
    assert {name for name in after if after[name] != before[name]} == {"web"}
    moved = open_shop.read("state", "show", "postgres#frontend.db")
    assert {k for k in database if database[k] != moved[k]} <= {
        "address",
        "row_version",
        "workload",
        "deployment",
    }
    assert open_shop.read("outputs")["resources"]["dns#frontend.dns"]["url"] == url
    assert customers(open_shop) == ["Ada"]
    open_shop.assert_nothing_to_do()
    recorded = open_shop.run("state", "list").out
    assert "#web" not in recorded


def test_a_renamed_environment_runs_on_undisturbed(open_shop: Shop) -> None:
    before = open_shop.programs()
    open_shop.run("state", "rename", "--environment", "local", "home")
    assert open_shop.programs() == before
    shown = open_shop.run("status", "-e", "home").out
    assert "not running" not in shown
    open_shop.apply("-e", "home")
    assert open_shop.programs()["postgres"] == before["postgres"]
    eventually(lambda: open_shop.request("/healthz").status == 200, "the page is there")
    open_shop.run("state", "rename", "--environment", "home", "local")
    open_shop.apply()
    open_shop.assert_nothing_to_do()
