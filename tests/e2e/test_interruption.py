"""An apply that is killed or stopped at any moment: nothing is lost, nothing is doubled."""

import itertools
import json
import signal
import subprocess
from collections.abc import Callable

import pytest

from e2e.shop import Shop, eventually, finish

pytestmark = pytest.mark.slow


def stop_at(shop: Shop, event: str, count: int, number: signal.Signals) -> subprocess.Popen[str]:
    """Start an apply, and send it a signal at the ``count``-th event of this kind, or let it end before that."""
    process = shop.start("apply", "--auto-approve", "--no-input", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        count -= json.loads(line).get("event") == event
        if count <= 0:
            process.send_signal(number)
            break
    return process


def assert_whole(shop: Shop) -> None:
    """One of each: server, database, role, program; and the page works."""
    shop.assert_nothing_to_do()
    assert set(shop.programs()) >= {"supervisor", "postgres", "web", "worker"}
    databases = shop.rows("select datname from pg_database where not datistemplate and datname <> 'postgres'")
    roles = shop.rows("select rolname from pg_roles where rolcanlogin and not rolsuper")
    assert (len(databases), len(roles)) == (1, 1), f"databases {databases}, roles {roles}"
    assert shop.request("/healthz").text == "ok\n"


@pytest.mark.scenario(3)
def test_an_apply_killed_after_every_second_step_is_finished_by_the_next_ones(
    shop: Shop, figure: Callable[[str], None]
) -> None:
    for attempt in itertools.count():
        assert attempt < 20, "the applies do not come to an end"
        code = finish(stop_at(shop, "step-finished", 2, signal.SIGKILL), expect=(0, -signal.SIGKILL)).code
        shop.run("state", "list")
        if code == 0:
            figure(f"{attempt} commands killed in one apply of the shop")
            break
    assert_whole(shop)


@pytest.mark.parametrize("started", range(1, 12, 2))
def test_an_apply_killed_as_a_step_starts_is_finished_by_the_next(shop: Shop, started: int) -> None:
    finish(stop_at(shop, "step-started", started, signal.SIGKILL), expect=(0, -signal.SIGKILL))
    shop.run("state", "list")
    shop.apply()
    assert_whole(shop)


def test_a_destroy_killed_half_way_is_finished_by_the_next(open_shop: Shop) -> None:
    process = open_shop.start(
        "destroy", "--auto-approve", "--no-input", "--confirm", "local", "--allow-destroy", "all", "--json"
    )
    assert process.stdout is not None
    finished = (line for line in process.stdout if json.loads(line).get("event") == "step-finished")
    next(finished)
    next(finished)
    process.kill()
    finish(process, expect=-signal.SIGKILL)
    open_shop.destroy()
    eventually(lambda: not open_shop.processes(), "no process is left")
    assert open_shop.read("state", "list")["resources"] == []


@pytest.mark.scenario(4)
def test_ctrl_c_once_finishes_what_runs_and_the_next_apply_goes_on(shop: Shop) -> None:
    run = finish(stop_at(shop, "step-started", 3, signal.SIGINT), expect=130)
    assert json.loads(run.out.splitlines()[-1])["resume"] == "bakehouse apply -e local"
    shop.apply()
    assert_whole(shop)


@pytest.mark.scenario(4)
def test_ctrl_c_twice_leaves_at_once_and_the_next_apply_goes_on(shop: Shop) -> None:
    process = stop_at(shop, "step-started", 2, signal.SIGINT)
    process.send_signal(signal.SIGINT)
    finish(process, expect=130)
    shop.apply()
    assert_whole(shop)


@pytest.mark.scenario(5)
def test_sigterm_is_answered_like_ctrl_c(shop: Shop) -> None:
    finish(stop_at(shop, "step-started", 2, signal.SIGTERM), expect=143)
    shop.apply()
    assert_whole(shop)
