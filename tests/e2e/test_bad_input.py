"""What goes wrong gives one clear message with place, reason and hint, and loses nothing."""

import contextlib
import os
import signal
import socket
from pathlib import Path

import pytest

from e2e.processes import running
from e2e.shop import Shop, eventually

pytestmark = pytest.mark.slow

SCORE = "services/worker/score.yaml"

BROKEN = {
    "an unknown key": ("containers:\n", "contaners:\n", "containers"),
    "a wrong type": ('BAKING_SECONDS: "1"', "BAKING_SECONDS: 1", "quote"),
    "a duplicate key": ("  name: worker", "  name: worker\n  name: other", "name"),
    "an unknown output": ("${resources.web.url}", "${resources.web.uri}", "url"),
    "an undeclared resource": ("${resources.web.url}", "${resources.wep.url}", "web"),
    "no workload of that name": ("  web:\n    type: service", "  wep:\n    type: service", "web"),
    "a type that nobody declares": ("type: service ", "type: servise ", "service"),
    "no command": ("    command: [python, main.py]\n", "", "command"),
    "a program that is not there": ("[python, main.py]", "[no-such-program, main.py]", "no-such-program"),
    "a missing file": (
        "    volumes:\n",
        "    files: {/etc/x: {source: nowhere.txt}}\n    volumes:\n",
        "nowhere.txt",
    ),
    "a file outside the folder": (
        "    volumes:\n",
        "    files: {/etc/x: {source: ../web/page.html}}\n    volumes:\n",
        "page.html",
    ),
    "a cycle": (
        "type: volume\n    id: tickets",
        "type: volume\n    id: tickets\n    params: {x: '${resources.tickets.source}'}",
        "volume#shared.tickets",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_score_file_is_refused_before_anything_starts(shop: Shop, case: str) -> None:
    old, new, named = BROKEN[case]
    shop.edit(SCORE, old, new)
    run = shop.run("apply", "--auto-approve", "--no-input", expect=1)
    assert named in run.err, str(run)
    if case != "a program that is not there":
        assert SCORE in run.err, str(run)
        assert shop.programs() == {}


def test_every_problem_is_shown_at_once(shop: Shop) -> None:
    shop.edit(SCORE, 'BAKING_SECONDS: "1"', "BAKING_SECONDS: 1")
    shop.edit("services/web/score.yaml", "  main:\n    image: .", "  main:\n    imag: .")
    shop.edit("bakehouse.yaml", "  links:", "  lnks:")
    run = shop.run("validate", expect=1)
    for place in (SCORE, "services/web/score.yaml", "bakehouse.yaml"):
        assert place in run.err, str(run)


def test_every_problem_of_the_platforms_files_is_shown_at_once(shop: Shop) -> None:
    shop.edit("platform/brand.yaml", "driver: template", "drivr: template")
    shop.edit("platform/platform.yaml", "ephemeral: allowed", "ephemeral: perhaps")
    run = shop.run("validate", expect=1)
    for place in ("platform/brand.yaml:8", "platform/platform.yaml"):
        assert place in run.err, str(run)


def test_a_preferred_port_that_is_taken_is_passed_over(shop: Shop) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody else has it already, which serves as well
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        shop.apply()
        assert ":8080" not in shop.url()
        assert shop.request("/healthz").status == 200
        shop.assert_nothing_to_do()


def test_a_port_that_was_given_and_then_taken_by_somebody_else_is_said(open_shop: Shop) -> None:
    port = open_shop.read("outputs")["resources"]["endpoint#web"]["ports"]["www"]
    pids = [open_shop.programs()[program] for program in ("supervisor", "web")]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not any(map(running, pids)), "both are gone")
    with socket.create_server(("127.0.0.1", port)):
        run = open_shop.run("apply", "--auto-approve", "--no-input", expect=1)
        assert f"port {port}" in run.out, str(run)
        assert "workload#web" in run.out
    open_shop.apply()
    eventually(lambda: open_shop.request("/healthz").status == 200, "the page is back")
    open_shop.assert_nothing_to_do()


def test_a_program_that_ends_at_once_fails_the_apply_with_its_last_words_and_the_next_apply_resumes(
    shop: Shop,
) -> None:
    main = shop.folder / "services/worker/main.py"
    good = main.read_text(encoding="utf-8")
    main.write_text("raise SystemExit('the oven is cold')\n", encoding="utf-8")
    run = shop.run("apply", "--auto-approve", "--no-input", expect=1)
    assert "workload#worker  create failed" in run.err
    for said in (run.err, run.out):  # the live line as well as the result
        assert "ended as soon as it was started" in said, str(run)
        assert "its last line: the oven is cold" in said, str(run)
    assert shop.request("/healthz").status == 200
    main.write_text(good, encoding="utf-8")
    shop.apply()
    assert "worker" in shop.programs()
    shop.assert_nothing_to_do()


def test_a_database_that_is_down_is_said_and_nothing_is_lost(open_shop: Shop) -> None:
    open_shop.request("/orders", {"bread": "Dark rye", "customer": "Ada"})
    open_shop.signal("supervisor", signal.SIGSTOP)  # it would start the server again within a second
    try:
        open_shop.signal("postgres", signal.SIGKILL)
        eventually(lambda: open_shop.request("/healthz").status == 503, "the shop says that it is closed")
        assert "The database does not answer" in open_shop.request().text
    finally:
        open_shop.signal("supervisor", signal.SIGCONT)
    eventually(lambda: open_shop.request("/healthz").status == 200, "the database is back")
    assert [name for (name,) in open_shop.rows("select customer from orders")] == ["Ada"]
    open_shop.assert_nothing_to_do()


def test_an_unknown_environment_is_refused_with_the_nearest_name(shop: Shop) -> None:
    run = shop.run("plan", "-e", "locla", "--no-input", expect=1)
    assert "local" in run.err


def test_outside_any_application_the_command_says_what_to_do(shop: Shop, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    run = shop.run("plan", "-C", str(empty), "--no-input", expect=1)
    assert "bakehouse.yaml" in run.err
