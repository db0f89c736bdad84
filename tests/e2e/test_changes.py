"""A change touches what it must touch and nothing else."""

import signal

import pytest

from e2e.shop import Shop, eventually

pytestmark = pytest.mark.slow


def restarted(shop: Shop, before: dict[str, int]) -> set[str]:
    """The programs that are other processes than before."""
    after = shop.programs()
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_a_variable_of_the_environment_restarts_what_reads_it(open_shop: Shop) -> None:
    before = open_shop.programs()
    open_shop.run("env", "set", "LOG_LEVEL=debug", "--no-input")
    open_shop.run("plan", "--detailed-exitcode", "--no-input", expect=2)
    open_shop.apply()
    assert restarted(open_shop, before) == {"web", "worker"}
    open_shop.assert_nothing_to_do()


def test_a_change_in_one_score_file_restarts_that_workload_only(open_shop: Shop) -> None:
    before = open_shop.programs()
    open_shop.edit("services/worker/score.yaml", 'BAKING_SECONDS: "1"', 'BAKING_SECONDS: "2"')
    shown = open_shop.run("plan", "--no-input").out
    assert "workload#worker" in shown
    assert "workload#web" not in shown
    open_shop.apply()
    assert restarted(open_shop, before) == {"worker"}
    open_shop.assert_nothing_to_do()


def test_a_workload_that_is_dropped_takes_its_own_resources_along(open_shop: Shop) -> None:
    for file in ("score.yaml", "main.py"):
        (open_shop.folder / "services/worker" / file).unlink()
    shown = open_shop.run("plan", "--no-input").out
    assert "workload#worker" in shown
    open_shop.apply()
    assert "worker" not in open_shop.programs()
    assert open_shop.request("/healthz").status == 200
    open_shop.assert_nothing_to_do()


@pytest.mark.scenario(46)
def test_programs_that_vanished_are_noticed_and_started_again_on_the_same_ports(open_shop: Shop) -> None:
    before = open_shop.programs()
    for program in ("supervisor", "web", "worker"):
        open_shop.signal(program, signal.SIGKILL)
    shown = open_shop.run("plan", "--detailed-exitcode", "--no-input", expect=2).out
    assert "not running" in shown
    url = open_shop.url()
    open_shop.apply()
    assert open_shop.url() == url
    eventually(lambda: open_shop.request("/healthz").status == 200, "the page is back")
    assert set(open_shop.programs()) == set(before)
    open_shop.assert_nothing_to_do()


def test_a_program_that_was_killed_is_back_by_itself(open_shop: Shop) -> None:
    before = open_shop.programs()["web"]
    open_shop.signal("web", signal.SIGKILL)
    eventually(lambda: open_shop.programs().get("web", before) != before, "another process serves the page")
    eventually(lambda: open_shop.request("/healthz").status == 200, "the page is back")
    open_shop.assert_nothing_to_do()


def test_destroy_leaves_no_process_and_can_be_said_twice(open_shop: Shop) -> None:
    open_shop.destroy()
    eventually(lambda: not open_shop.processes(), "no process is left")
    open_shop.destroy()
    open_shop.apply()
    assert open_shop.request("/healthz").status == 200


def test_two_environments_are_open_side_by_side_and_share_nothing(open_shop: Shop) -> None:
    open_shop.run("env", "create", "second", "--type", "local")
    refused = open_shop.run("plan", "--no-input", expect=1)
    assert "local, second" in refused.err
    open_shop.apply("-e", "second")
    first, second = (open_shop.read("outputs", "-e", name)["resources"] for name in ("local", "second"))
    for address, output in (("dns#web.dns", "url"), ("endpoint#web", "ports"), ("postgres#web.db", "port")):
        assert first[address][output] != second[address][output]
    gone = (
        "env",
        "delete",
        "second",
        "--auto-approve",
        "--no-input",
        "--confirm",
        "second",
        "--allow-destroy",
        "all",
    )
    open_shop.run(*gone)
    assert open_shop.request("/healthz").status == 200
    open_shop.assert_nothing_to_do()
