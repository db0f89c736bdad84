"""Environments as people handle them: copied, expired, several at once, rolled back, compared."""

import json
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from desk import Desk

pytestmark = pytest.mark.slow

WORLD = "{name: world}"


def alter(desk: Desk, environment: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what is recorded of an environment, as time or an adoption would."""
    with closing(sqlite3.connect(desk.folder / ".bakehouse/state.db")) as store, store:
        (body,) = store.execute("SELECT body FROM environment WHERE name = ?", (environment,)).fetchone()
        data = json.loads(body)
        change(data)
        store.execute("UPDATE environment SET body = ? WHERE name = ?", (json.dumps(data), environment))


def expire(desk: Desk, environment: str) -> None:
    """Let an environment's time be over."""
    alter(desk, environment, lambda data: data.update(expires="2026-01-01T00:00:00Z"))


def adopt(desk: Desk, environment: str, address: str) -> None:
    """Let a recorded resource be an adopted one."""
    with closing(sqlite3.connect(desk.folder / ".bakehouse/state.db")) as store, store:
        where = "address = ? AND environment_uid = (SELECT uid FROM environment WHERE name = ?)"
        query = f"SELECT definition, body FROM resource WHERE {where}"
        definition, body = store.execute(query, (address, environment)).fetchone()
        body = json.dumps({**json.loads(body), "adopted": True})
        checksum = zlib.crc32((definition + body).encode())
        change = f"UPDATE resource SET body = ?, checksum = ? WHERE {where}"
        store.execute(change, (body, checksum, address, environment))


BROKEN = """
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: job}
spec: {params: {type: object}, outputs: {type: object}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: job}
spec: {type: job, driver: process, match: [{}], inputs: {command: ["true"], cwd: missing}}
"""


def ask_for_what_fails(desk: Desk) -> None:
    """Let the application ask for a process whose folder is not there."""
    desk.edit("platform/platform.yaml", lambda text: text + BROKEN)
    desk.edit("bakehouse.yaml", lambda text: text + "    broken: {type: job}\n")


def greet(desk: Desk, name: str) -> None:
    """Write another name into the application's file."""
    desk.edit("bakehouse.yaml", lambda text: text.replace(WORLD, f"{{name: {name}}}"))


def greeting(desk: Desk, environment: str) -> str:
    """What is recorded to be greeted."""
    outputs = desk.read("outputs", "-e", environment)["resources"]
    found: str = outputs["greeting#shared.world"]["text"]
    return found


def test_a_copy_is_deployed_from_what_runs_there_and_then_from_the_files(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "set", "LEVEL=debug")
    desk("env", "set", "TOKEN", stdin="planted-too\n")
    desk("apply", "--auto-approve")
    greet(desk, "moon")
    copied = desk("env", "create", "copy", "--type", "plain", "--from", "here", "--apply", "--auto-approve")
    assert "planned from deployment 1 of here, which this environment was made from" in copied.out
    assert greeting(desk, "copy") == "hello world"
    variables = {e["name"]: e["variables"] for e in desk.read("env", "list")["environments"]}
    assert variables == {"copy": {"LEVEL": "debug"}, "here": {"LEVEL": "debug", "TOKEN": "***"}}
    assert "hello moon" in desk("apply", "-e", "copy", "--auto-approve").out
    assert greeting(desk, "copy") == "hello moon"


def test_a_copy_that_nobody_agreed_to_is_still_to_be_deployed_from_what_was_copied(set_desk: Desk) -> None:
    desk = set_desk
    desk("apply", "--auto-approve")
    greet(desk, "moon")
    desk("env", "create", "copy", "--type", "plain", "--from", "here", "--apply", "--no-input", expect=6)
    assert "hello moon" not in desk("plan", "-e", "copy").out
    desk("apply", "-e", "copy", "--auto-approve")
    assert greeting(desk, "copy") == "hello world"
    nothing = desk("env", "create", "x", "--type", "plain", "--from", "nowhere", expect=1)
    assert nothing.codes == ["unknown-environment"]
    desk("env", "create", "empty", "--type", "plain")
    nothing = desk("env", "create", "x", "--type", "plain", "--from", "empty", "--apply", expect=1)
    assert nothing.codes == ["nothing-to-copy"]
    assert [e["name"] for e in desk.read("env", "list")["environments"]] == ["copy", "empty", "here"]


def test_several_are_applied_in_the_order_of_their_types_with_one_command(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "create", "afar", "--type", "careful")
    assert desk("plan", "-e", "afar,here", "--detailed-exitcode", expect=2).out.startswith(
        "hello in here: 2 to create.\n"
    )
    assert [p["environment"]["name"] for p in desk.read("plan", "--all-environments")["plans"]] == [
        "here",
        "afar",
    ]
    desk("apply", "--all-environments", "--no-input", expect=6)
    assert desk.read("history", "-e", "here")["deployments"] == []
    done = desk("apply", "--all-environments", "--auto-approve")
    assert done.out.endswith("\nEnvironments\n  here  applied, deployment 1\n  afar  applied, deployment 1\n")
    again = desk("apply", "-e", "afar,here", "--no-input")
    assert again.out.endswith("\nEnvironments\n  here  nothing to do\n  afar  nothing to do\n")
    only = desk("apply", "--all-environments", "--type", "careful", "--no-input")
    assert only.out.endswith("\nEnvironments\n  afar  nothing to do\n")


def test_the_first_failure_ends_it_and_says_what_is_left(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "create", "afar", "--type", "careful")
    ask_for_what_fails(desk)
    failed = desk("apply", "--all-environments", "--auto-approve", expect=1)
    assert failed.out.endswith(
        "Environments\n  here  failed, deployment 1\n  afar  not attempted\n"
        "\nCarry on with: bakehouse apply -e here,afar\n"
    )
    assert desk.read("history", "-e", "afar")["deployments"] == []


def test_a_typo_among_several_names_changes_nothing(set_desk: Desk) -> None:
    wrong = set_desk("apply", "-e", "here,hree,ther", "--auto-approve", expect=1)
    assert wrong.codes == ["unknown-environment", "unknown-environment"]
    assert "hint: did you mean 'here'?" in wrong.err
    assert set_desk.read("history")["deployments"] == []
    none = set_desk("apply", "--all-environments", "--type", "plane", "--auto-approve", expect=1)
    assert none.codes == ["environment-needed"]
    assert "did you mean 'plain'?" in none.err
    for words in (
        ["--type", "plain"],
        ["-e", "here", "--all-environments"],
        ["x.plan", "--all-environments"],
    ):
        assert set_desk("apply", *words, expect=1).codes == ["usage"]
    assert set_desk("plan", "--all-environments", "--out", "x", expect=1).codes == ["usage"]


def test_a_paused_environment_is_left_out_of_all_and_refuses_by_name(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "create", "afar", "--type", "careful")
    desk("env", "pause", "afar")
    assert desk("env", "pause", "afar").err == "afar is paused already.\n"
    assert desk("env", "list").out == (
        "NAME  TYPE     LAST DEPLOYMENT  NOTE\n"
        "afar  careful  1 succeeded      paused\n"
        "here  plain    never deployed   \n"
    )
    done = desk("apply", "--all-environments", "--auto-approve")
    assert done.out.endswith("\nEnvironments\n  here  applied, deployment 1\n  afar  skipped: paused\n")
    refused = desk("apply", "-e", "here,afar", "--auto-approve", expect=1)
    assert refused.err == (
        "error: afar is paused, and nothing is applied to a paused environment [environment-paused]\n"
        "  next: bakehouse env resume afar\n"
        "  more: bakehouse help environment-paused\n"
    )
    alone = desk("apply", "-e", "afar", "--auto-approve", expect=1)
    assert (refused.out, alone.out, alone.err) == ("", "", refused.err)
    assert desk("rollback", "-e", "afar", expect=1).codes == ["nothing-to-roll-back"]
    assert "warning: afar is paused" in desk("plan", "-e", "afar").out
    assert "Paused: `bakehouse env resume afar` starts it again." in desk("status", "-e", "afar").out
    desk("env", "resume", "afar")
    assert desk("env", "resume", "afar").err == "afar is not paused.\n"
    desk("apply", "-e", "afar", "--auto-approve")
    assert desk("env", "pause", "afra", expect=1).codes == ["unknown-environment"]


def test_expired_environments_are_said_to_be_and_swept_away(set_desk: Desk) -> None:
    desk = set_desk
    assert desk("env", "delete", "--expired", "--auto-approve").err == "No environment is expired.\n"
    for name in ("pr-1", "pr-2"):
        desk("env", "create", name, "--type", "plain", "--expires", "1d", "--apply", "--auto-approve")
    expire(desk, "pr-1")
    assert "pr-1  plain  1 succeeded      expired since 2026-01-01T00:00:00Z\n" in desk("env", "list").out
    assert "Expired since 2026-01-01T00:00:00Z" in desk("status", "-e", "pr-1").out
    assert "warning: pr-1 is expired since 2026-01-01T00:00:00Z" in desk("plan", "-e", "pr-1").out
    desk("env", "delete", "--expired", "--no-input", expect=6)
    swept = desk("env", "delete", "--expired", "--auto-approve")
    assert swept.out.endswith("\nEnvironments\n  pr-1  deleted\n")
    assert [e["name"] for e in desk.read("env", "list")["environments"]] == ["here", "pr-2"]
    assert not (desk.folder / ".bakehouse/pr-1").exists()


def test_an_expired_environment_that_holds_an_adopted_resource_stays_as_it_is(set_desk: Desk) -> None:
    desk = set_desk
    for name in ("pr-1", "pr-2"):
        desk("env", "create", name, "--type", "plain", "--expires", "1d", "--apply", "--auto-approve")
        expire(desk, name)
    adopt(desk, "pr-1", "greeting#shared.world")
    swept = desk("env", "delete", "--expired", "--auto-approve", expect=1)
    assert swept.err.startswith(
        "error: pr-1 is expired since 2026-01-01T00:00:00Z, and stays: it holds greeting#shared.world, "
        "which was adopted and is not Bakehouse's to destroy [expired-holds-adopted]\n"
        "  resource greeting#shared.world\n"
        "  hint: take the resource out of the environment first, or allow that it goes\n"
        "  next: bakehouse env delete pr-1 --allow-destroy 'greeting#shared.world' --confirm pr-1\n"
    )
    assert swept.out.endswith(
        "Environments\n  pr-2  deleted\n  pr-1  kept: it holds greeting#shared.world, which was adopted\n"
    )
    assert len(desk.read("state", "list", "-e", "pr-1")["resources"]) == 2
    allow = ("env", "delete", "pr-1", "--allow-destroy", "greeting#shared.world", "--auto-approve")
    assert desk(*allow, expect=6).codes == ["confirmation-missing"]
    desk(*allow, "--confirm", "pr-1")
    assert [e["name"] for e in desk.read("env", "list")["environments"]] == ["here"]


def test_deleting_takes_a_name_or_what_is_expired(set_desk: Desk) -> None:
    for words in ([], ["here", "--expired"], ["here", "--all"], ["--expired", "--allow-destroy", "all"]):
        assert set_desk("env", "delete", *words, expect=1).codes == ["usage"]
    assert set_desk("env", "delete", "hre", expect=1).codes == ["unknown-environment"]


def test_a_rollback_brings_back_the_files_the_catalog_and_the_variables(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "set", "LEVEL=one", "COUNT=1")
    desk("apply", "--auto-approve")
    greet(desk, "moon")
    desk.edit("platform/platform.yaml", lambda text: text.replace("hello $", "bye $"))
    desk("env", "set", "LEVEL=two", "--unset", "COUNT")
    desk("env", "set", "TOKEN", stdin="planted-too\n")
    desk("apply", "--auto-approve")
    assert greeting(desk, "here") == "bye moon"
    shown = desk("rollback", "--no-input", expect=6)
    assert "  notice: this goes back to deployment 1 of " in shown.out
    assert greeting(desk, "here") == "bye moon"
    done = desk("rollback", "--auto-approve")
    assert "Applied: deployment 3 (rollback to 1) of hello in here" in done.out
    assert greeting(desk, "here") == "hello world"
    (here,) = desk.read("env", "list")["environments"]
    assert here["variables"] == {"LEVEL": "one", "COUNT": 1, "TOKEN": "***"}
    assert here["rolled_back_to"] == 1
    assert desk("env", "list").out.endswith("rolled back to 1\n")
    assert "Rolled back to deployment 1.\n" in desk("status").out


def test_what_was_rolled_away_comes_back_only_when_told_so(set_desk: Desk) -> None:
    desk = set_desk
    desk("apply", "--auto-approve")
    greet(desk, "moon")
    desk("plan", "--out", "moon.plan")
    desk("apply", "--auto-approve")
    desk("rollback", "--auto-approve")
    plan = desk("plan")
    assert "  notice: here is rolled back to deployment 1\n" in plan.out
    assert "  warning: this brings back deployment 2, which was rolled away from here\n" in plan.out
    refused = desk("apply", "--auto-approve", expect=1)
    assert refused.err == (
        "error: this brings back deployment 2, which was rolled away from here [rolled-away]\n"
        "  hint: if that is meant, add --roll-forward to `bakehouse apply`; "
        "other changes of the files are applied as ever\n"
        "  more: bakehouse help rolled-away\n"
    )
    assert greeting(desk, "here") == "hello world"
    desk("apply", "--auto-approve", "--roll-forward")
    assert greeting(desk, "here") == "hello moon"
    assert desk.read("env", "list")["environments"][0]["rolled_back_to"] is None


def test_other_changes_of_the_files_are_applied_after_a_rollback(set_desk: Desk) -> None:
    desk = set_desk
    desk("apply", "--auto-approve")
    greet(desk, "moon")
    desk("apply", "--auto-approve")
    desk("rollback", "--to", "1", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: text.replace("{name: moon}", "{name: sun}"))
    desk("apply", "--auto-approve")
    assert greeting(desk, "here") == "hello sun"
    assert desk.read("env", "list")["environments"][0]["rolled_back_to"] is None


def test_a_rollback_to_what_cannot_be_gone_back_to_changes_nothing(set_desk: Desk) -> None:
    desk = set_desk
    assert desk("rollback", expect=1).codes == ["nothing-to-roll-back"]
    ask_for_what_fails(desk)
    desk("apply", "--auto-approve", expect=1)
    desk.edit("bakehouse.yaml", lambda text: text.replace("    broken: {type: job}\n", ""))
    desk("apply", "--auto-approve")
    desk("destroy", "--auto-approve")
    assert desk("rollback", "--to", "9", expect=1).codes == ["unknown-deployment"]
    assert desk("rollback", "--to", "1", expect=1).codes == ["cannot-roll-back"]
    assert "hint: deployments that succeeded: 2\n" in desk("rollback", "--to", "3", expect=1).err
    assert desk("rollback", "--to", "0", expect=1).codes == ["usage"]
    assert len(desk.read("history")["deployments"]) == 3
    desk("rollback", "--auto-approve")
    assert greeting(desk, "here") == "hello world"


def test_two_states_are_compared(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "set", "TOKEN", stdin="planted-one\n")
    desk("apply", "--auto-approve")
    greet(desk, "moon")
    desk("env", "set", "LEVEL=debug")
    desk("env", "set", "TOKEN", stdin="planted-two\n")
    desk("apply", "--auto-approve")
    assert desk("diff", "1", "2").out == (
        "deployment 1 of here -> deployment 2 of here\n"
        "\n"
        "Resources\n"
        "  ~ greeting#shared.world\n"
        '      ~ inputs.values.text  "hello world" -> "hello moon"\n'
        "\n"
        "Variables\n"
        '      + LEVEL  "debug"\n'
        "      ~ TOKEN  *** (version 1) -> *** (version 2)\n"
        "\n"
        "The application's files differ.\n"
    )
    assert desk("diff", "here", "2").out == "here (deployment 2) -> deployment 2 of here\nNothing differs.\n"
    desk("destroy", "--auto-approve")
    desk("plan", "--out", "next.plan")
    assert [r["change"] for r in desk.read("diff", "here", "next.plan")["resources"]] == ["added", "added"]
    assert desk.read("diff", "2", "next.plan")["empty"]
    assert desk("diff", "1", "7", expect=1).codes == ["unknown-deployment"]
    assert desk("diff", "1", "hree", expect=1).codes == ["unknown-environment"]
    desk("env", "create", "there", "--type", "plain")
    assert desk("diff", "here", "there", expect=1).codes == ["nothing-deployed"]
    desk("env", "pause", "there")
    assert desk("diff", "-e", "there", "1", "here", expect=1).codes == ["no-snapshot"]


def test_a_copied_environment_is_of_the_type_of_the_other_one(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "create", "twin", "--from", "here")
    assert desk.read("env", "list")["environments"][1]["type"] == "plain"
    desk("env", "create", "prod", "--from", "here", "--type", "careful")
    assert desk.read("env", "list")["environments"][1]["type"] == "careful"


def test_what_an_environment_is_to_be_copied_from_must_be_there(set_desk: Desk) -> None:
    assert set_desk("env", "create", "twin", "--from", "hre", expect=1).err == (
        "error: hello has no environment 'hre' [unknown-environment]\n"
        "  hint: did you mean 'here'?\n"
        "  next: bakehouse env list\n"
        "  more: bakehouse help unknown-environment\n"
    )
    assert set_desk("env", "create", "twin", "--from", "prod", expect=1).err == (
        "error: hello has no environment 'prod' [unknown-environment]\n"
        "  hint: registered: here\n"
        "  next: bakehouse env list\n"
        "  more: bakehouse help unknown-environment\n"
    )
    assert set_desk("env", "create", "twin", expect=1).err == (
        "error: an environment needs a type: name it with --type, or copy that of another with --from [usage]\n"
        "  next: bakehouse env create --help\n"
    )


def test_an_empty_name_of_an_environment_is_not_one_left_out(set_desk: Desk) -> None:
    for words in (("plan", "-e", ""), ("-e", " ", "plan"), ("apply", "-e", "", "--auto-approve")):
        refused = set_desk(*words, expect=1)
        assert refused.err.startswith(
            "error: invalid value for '-e' / '--environment': the name is empty [usage]\n"
        )
    assert set_desk("env", "pause", "", expect=1).codes == ["unknown-environment"]
    assert set_desk("plan", BAKEHOUSE_ENVIRONMENT="").out.startswith("hello in here: ")


def test_pausing_and_resuming_take_what_every_script_gives(set_desk: Desk) -> None:
    set_desk("apply", "--auto-approve")
    set_desk("env", "pause", "--auto-approve", "--no-input")
    set_desk("env", "resume", "--auto-approve", "--no-input")
    assert not set_desk.read("status")["paused"]


def test_a_pin_of_a_container_that_is_not_there_is_refused(set_desk: Desk) -> None:
    assert set_desk("env", "set", "--image", "web/main=x:1", expect=1).codes == ["unknown-container"]


def test_an_environment_with_protected_resources_is_deleted_only_when_that_is_allowed_and_confirmed(
    set_desk: Desk,
) -> None:
    desk = set_desk
    desk("env", "create", "prod", "--type", "careful", "--apply", "--auto-approve")
    kept = desk("env", "delete", "prod", "--auto-approve", expect=1)
    assert kept.err.endswith(
        "error: prod is not forgotten, because it still has recorded resources: "
        "greeting#shared.again, greeting#shared.world [environment-not-empty]\n"
        "  hint: what is protected was kept; the next command lets it go\n"
        "  next: bakehouse env delete prod --allow-destroy all --confirm prod\n"
        "  more: bakehouse help environment-not-empty\n"
    )
    allow = ("env", "delete", "prod", "--auto-approve", "--allow-destroy", "all")
    assert desk(*allow, expect=6).codes == ["confirmation-missing"]
    assert desk(*allow, "--confirm", "here", expect=6).codes == ["confirmation-missing"]
    desk(*allow, "--confirm", "prod")
    assert [e["name"] for e in desk.read("env", "list")["environments"]] == ["here"]
