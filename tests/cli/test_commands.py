"""Every command over a small application of values, started as anybody would."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk import Desk

pytestmark = pytest.mark.slow


def test_a_first_deployment_from_nothing_to_nothing(desk: Desk) -> None:
    assert desk.read("env", "list")["environments"] == []
    assert desk("env", "create", "here", "--type", "plain").out == "here of hello (type plain)\n"
    assert [e["name"] for e in desk.read("env", "list")["environments"]] == ["here"]

    assert desk("plan").out == (
        "hello in here: 2 to create.\n"
        "\n"
        "Changes\n"
        "  + greeting#shared.world  create   requested (bakehouse.yaml:8)\n"
        "      + secrets.key  ***\n"
        '      + values.text  "hello world"\n'
        "  + greeting#shared.again  create   requested (bakehouse.yaml:9)\n"
        "      + secrets.key  ***\n"
        '      + values.text  "hello hello world"\n'
    )
    applied = desk("apply", "--auto-approve", "--no-input")
    assert "Applied: deployment 1 of hello in here in " in applied.out
    assert applied.out.endswith(" s: 2 created.\n")
    assert "  ✓ greeting#shared.again  created\n" in applied.err
    assert desk("apply", "--no-input").out == (
        "Nothing to do: hello in here is as it should be (2 resources as recorded).\n"
    )
    destroyed = desk("destroy", "--auto-approve", "--no-input")
    assert destroyed.out.endswith(" s: 2 deleted.\n")
    assert desk.read("state", "list")["resources"] == []
    desk("env", "delete", "here", "--no-input")
    assert desk.read("env", "list")["environments"] == []


def test_what_is_recorded_can_be_looked_at(set_desk: Desk) -> None:
    desk = set_desk
    desk("apply", "--auto-approve")
    outputs = desk.read("outputs")
    assert outputs["resources"]["greeting#shared.world"] == {"text": "hello world", "key": "***"}
    assert desk("outputs", "greeting#shared.world", "key").out == "***\n"
    assert desk("outputs", "greeting#shared.world", "key", "--reveal").out == "planted-1f0c9b7e\n"
    assert desk.read("history")["deployments"][0]["status"] == "succeeded"
    assert [s["status"] for s in desk.read("show", "1")["steps"]] == ["done", "done"]
    assert desk.read("show", "1", "--plan")["summary"]["create"] == 2
    assert [r["address"] for r in desk.read("state", "list")["resources"]] == [
        "greeting#shared.again",
        "greeting#shared.world",
    ]
    assert (
        desk.read("state", "show", "greeting#shared.again")["depends_on"][0]["address"]
        == "greeting#shared.world"
    )
    explained = desk.read("explain", "greeting#shared.world")
    assert explained["candidates"][0]["won"]
    assert explained["recorded"]["outputs"]["key"] == "***"
    assert len(desk.read("graph")["nodes"]) == 2
    assert "subgraph" not in desk("graph", "--format", "mermaid").out
    assert desk("graph").out.startswith("digraph resources {")
    assert desk.read("status")["last_deployment"]["number"] == 1
    assert desk.read("validate")["valid"]
    assert Path(desk.read("state", "backup")["path"]).is_file()


def test_a_saved_plan_is_drawn_where_its_files_are_gone(set_desk: Desk) -> None:
    set_desk("plan", "--out", "x.plan")
    (set_desk.folder / "bakehouse.yaml").unlink()
    drawn = set_desk("graph", "x.plan", "--format", "mermaid").out
    assert '"greeting#35;shared.world<br/>' in drawn
    assert ":::create" in drawn
    assert set_desk.read("graph", "x.plan")["kind"] == "plan"


def test_no_output_holds_a_secret(set_desk: Desk) -> None:
    desk = set_desk
    said = [
        desk("plan", "--json"),
        desk("apply", "--auto-approve", "--json"),
        desk("plan", "--out", "x.plan"),
    ]
    for words in (["outputs"], ["show", "1"], ["history"], ["state", "list"], ["status"], ["graph"]):
        said += [desk(*words), desk(*words, "--json")]
    for name in ("greeting#shared.world",):
        said += [desk("explain", name), desk("state", "show", name), desk("show", "1", "--plan", "--json")]
    assert not [s for s in said if "planted" in s.out + s.err]
    files = [p for p in desk.folder.rglob("*") if p.is_file()]
    assert not [p for p in files if b"planted" in p.read_bytes()]
    assert (desk.folder / "x.plan").stat().st_mode & 0o777 == 0o600


def test_exit_codes_tell_changes_staleness_and_missing_approval(set_desk: Desk) -> None:
    desk = set_desk
    desk("plan", "--detailed-exitcode", expect=2)
    asked = desk("apply", "--no-input", expect=6)
    assert asked.codes == ["approval-missing"]
    assert desk.read("history")["deployments"] == []
    desk("plan", "--out", "first.plan")
    desk("apply", "first.plan", "--auto-approve")
    desk("plan", "--detailed-exitcode")
    desk("plan", "--destroy", "--out", "old.plan")
    desk.edit("bakehouse.yaml", lambda text: text.replace("{name: world}", "{name: moon}"))
    desk("apply", "--auto-approve")
    stale = desk("apply", "old.plan", "--auto-approve", expect=4)
    assert set(stale.codes) == {"stale-plan"}
    assert "was changed by deployment 2" in stale.err


def test_a_saved_plan_is_shown_and_applied_without_the_files(set_desk: Desk) -> None:
    desk = set_desk
    saved = desk("plan", "--out", "a.plan")
    assert "Apply exactly this with: bakehouse apply a.plan" in saved.err
    (desk.folder / "platform" / "platform.yaml").unlink()
    assert desk("show", "a.plan").out == saved.out
    desk("apply", "a.plan", "--auto-approve")
    assert len(desk.read("state", "list")["resources"]) == 2
    desk("destroy", "--auto-approve")
    (desk.folder / "a.plan").write_bytes(b"PK no plan")
    assert "[plan-unreadable]" in desk("apply", "a.plan", expect=1).err


@pytest.mark.scenario(12, 13)
def test_a_saved_plan_is_applied_as_it_is_or_not_at_all(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "create", "there", "--type", "plain")
    desk("plan", "-e", "there", "--out", "a.plan")
    other = desk("apply", "a.plan", "-e", "here", "--auto-approve", expect=1)
    assert other.codes == ["plan-of-another-environment"]
    assert "[usage]" in desk("apply", "a.plan", "--target", "greeting#shared.world", expect=1).err
    wrong = desk("apply", "a.plan", "--auto-approve", "--confirm", "here", expect=6)
    assert wrong.codes == ["confirmation-missing"]
    assert desk.read("state", "list", "-e", "there")["resources"] == []
    desk("apply", "a.plan", "-e", "there", "--auto-approve", "--confirm", "there", "--allow-destroy", "all")


def test_only_what_exists_is_rotated_or_restarted(set_desk: Desk) -> None:
    desk = set_desk
    world = "greeting#shared.world"
    for words in (("rotate", world), ("restart", world)):
        assert desk(*words, "--auto-approve", expect=1).codes == ["not-created"]
    assert desk.read("state", "list")["resources"] == []
    desk("apply", "--auto-approve")
    assert desk("rotate", world, "--auto-approve", expect=1).codes == ["cannot-rotate"]
    desk.edit("bakehouse.yaml", lambda text: text.replace("again:", "anew:"))
    assert desk("rotate", "greeting#shared.again", expect=1).codes == ["not-asked-for"]


@pytest.mark.parametrize("number", ["7", "999999999999999999999999"])
def test_a_deployment_that_never_was_is_unknown(set_desk: Desk, number: str) -> None:
    for words in (("show", number), ("show", "--plan", number), ("logs", "--deployment", number)):
        assert set_desk(*words, expect=1).codes == ["unknown-deployment"]


@pytest.mark.scenario(16)
def test_what_is_recorded_is_destroyed_also_without_its_files(set_desk: Desk) -> None:
    desk = set_desk
    desk("apply", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: "spec: [" + text)
    assert desk("plan", expect=1).codes == ["yaml-syntax"]
    assert len(desk.read("state", "list")["resources"]) == 2
    (desk.folder / "bakehouse.yaml").unlink()
    assert desk("plan", expect=1).codes == ["no-application"]
    assert desk("destroy", "--auto-approve").out.endswith(" s: 2 deleted.\n")


def test_protected_resources_need_two_agreements(desk: Desk) -> None:
    desk("env", "create", "prod", "--type", "careful")
    desk("apply", "--auto-approve")
    held = desk("destroy", "--auto-approve", expect=6)
    assert held.out.startswith("hello in prod: 2 to hold.\n")
    assert held.err == (
        "error: nothing was destroyed: all 2 resources of hello in prod are protected and were kept: "
        "greeting#shared.again, greeting#shared.world [nothing-destroyed]\n"
        "  hint: what is protected goes only with --allow-destroy ADDRESS, or all, and --confirm prod\n"
        "  more: bakehouse help nothing-destroyed\n"
    )
    assert [d["operation"] for d in desk.read("history")["deployments"]] == ["apply"]
    assert (
        "[confirmation-missing]" in desk("destroy", "--auto-approve", "--allow-destroy", "all", expect=6).err
    )
    desk("destroy", "--auto-approve", "--allow-destroy", "all", "--confirm", "prod")
    assert desk.read("state", "list")["resources"] == []
    assert (
        desk("destroy", "--auto-approve").out == "Nothing to destroy: nothing is recorded of hello in prod.\n"
    )


def test_commands_to_go_on_with_name_the_environment(set_desk: Desk) -> None:
    desk = set_desk
    desk("env", "create", "there", "--type", "plain")
    told = desk("show", "7", "-e", "here", expect=1)
    assert "next: bakehouse history -e here\n" in told.err
    assert "next: bakehouse history -e there\n" in desk("rollback", "-e", "there", expect=1).err
    missing = desk("rotate", "greeting#shared.world", "-e", "there", expect=1)
    assert "next: bakehouse apply -e there\n" in missing.err
    desk("apply", "-e", "here", "--auto-approve")
    desk.edit(
        "bakehouse.yaml",
        lambda text: text.replace("world: {type", "globe: {type").replace(".world.", ".globe."),
    )
    dropped = desk("explain", "greeting#shared.world", "-e", "here", expect=1)
    assert "next: bakehouse state show 'greeting#shared.world' -e here\n" in dropped.err


def test_apply_streams_events_and_ends_with_its_result(set_desk: Desk) -> None:
    lines = [json.loads(line) for line in set_desk("apply", "--auto-approve", "--json").out.splitlines()]
    assert lines[0]["kind"] == "plan"
    assert [e["event"] for e in lines[1:-1]] == [
        "deployment-started", "step-finished", "step-finished", "deployment-finished"
    ]  # fmt: skip
    assert (lines[-1]["kind"], lines[-1]["status"]) == ("deployment", "succeeded")


def test_variables_are_set_typed_and_secret(set_desk: Desk) -> None:
    desk = set_desk
    assert desk("env", "set", "LEVEL=debug", "COUNT=3").out == (
        'here of hello (type plain)\n  COUNT = 3\n  LEVEL = "debug"\n'
    )
    assert "TOKEN = ***" in desk("env", "set", "TOKEN", stdin="planted-too\n").out
    refused = desk("env", "set", "LEVLE=x", "COUNT=many", "TOKEN=open", "--unset", "GONE", expect=1)
    assert refused.codes == ["unknown-variable", "variable-not-set", "secret-in-arguments", "variable-type"]
    assert "did you mean 'LEVEL'?" in refused.err
    assert (
        desk("env", "set", "--unset", "COUNT").out
        == 'here of hello (type plain)\n  LEVEL = "debug"\n  TOKEN = ***\n'
    )
    assert not [p for p in desk.folder.rglob("*") if p.is_file() and b"planted-too" in p.read_bytes()]


def test_environments_are_chosen_by_name_and_never_made_by_a_typo(set_desk: Desk) -> None:
    desk = set_desk
    assert "did you mean 'here'?" in desk("plan", "-e", "heer", expect=1).err
    desk("env", "create", "there", "--type", "plain", "--from", "here", "--expires", "7d")
    assert "[environment-needed]" in desk("plan", expect=1).err
    assert desk("plan", BAKEHOUSE_ENVIRONMENT="there").out.startswith("hello in there: ")
    wrong = desk("env", "create", "No Name", "--type", "plan", "--expires", "soon", expect=1)
    assert wrong.codes == ["environment-name", "unknown-environment-type", "bad-duration"]
    assert (
        "[expiry-not-allowed]"
        in desk("env", "create", "x", "--type", "careful", "--expires", "1d", expect=1).err
    )
    assert "[environment-exists]" in desk("env", "create", "here", "--type", "plain", expect=1).err


def test_an_environment_is_made_and_deployed_with_one_command(desk: Desk) -> None:
    desk("env", "create", "pr-7", "--type", "plain", "--apply", "--auto-approve")
    assert desk.read("status", "-e", "pr-7")["last_deployment"]["status"] == "succeeded"


def test_init_makes_a_folder_ready_once(tmp_path: Path, desk: Desk) -> None:
    empty = Desk(tmp_path / "My First App")
    empty.folder.mkdir()
    assert empty("init", "--no-input").out == (
        "  wrote bakehouse.yaml\n"
        "  wrote score.yaml\n"
        "  wrote public/index.html\n"
        "  wrote .gitignore\n"
        "  wrote .bakehouse/schemas, with which editors check the files\n"
        "my-first-app is ready; environment local registered.\n"
        "Next: bakehouse plan, then bakehouse apply\n"
    )
    assert (empty.folder / ".gitignore").read_text(encoding="utf-8") == ".bakehouse/\n"
    assert empty("init", "--no-input").out == (
        "my-first-app is ready; environment local is registered already.\nNext: bakehouse plan, then bakehouse apply\n"
    )
    assert "Valid: my-first-app, 1 workload, 2 declared resources" in empty("validate").out
    assert "5 to create" in empty("plan").out


def test_a_folder_with_a_lone_score_file_is_valid_without_any_state(tmp_path: Path, desk: Desk) -> None:
    lone = Desk(tmp_path / "lone")
    lone.folder.mkdir()
    score = (
        "apiVersion: score.dev/v1b1\nmetadata: {name: fine}\ncontainers: {a: {image: b, command: [sleep]}}\n"
    )
    (lone.folder / "score.yaml").write_text(score, encoding="utf-8")
    assert lone("validate").out.startswith("Valid: lone, 1 workload, 0 declared resources, ")
    assert list(lone.folder.iterdir()) == [lone.folder / "score.yaml"]
    assert "[no-store]" in lone("plan", expect=1).err


def test_what_there_is_can_be_listed_anywhere(tmp_path: Path, desk: Desk) -> None:
    nowhere = Desk(tmp_path / "nowhere")
    nowhere.folder.mkdir()
    assert "postgres" in {t["name"] for t in nowhere.read("types")["types"]}
    assert "template" in {d["name"] for d in nowhere.read("drivers", "list")["drivers"]}
    assert nowhere.read("drivers", "show", "template")["create"] == "pure"
    assert nowhere.read("schema", "application")["title"]
    assert "_bakehouse_completion" in nowhere("completion", "bash").out
    assert "[no-application]" in nowhere("validate", expect=1).err
    assert desk.read("catalog", "list")["layers"][0]["name"] == "small"
    kinds = [item["kind"] for item in desk.read("catalog", "show", "greeting")["items"]]
    assert kinds == ["ResourceType", "ResourceDefinition"]
    assert desk.read("catalog", "validate")["valid"]


def test_a_reader_that_goes_away_is_no_failure_worth_words(set_desk: Desk) -> None:
    command = f"{sys.executable} -m bakehouse schema Score | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=set_desk.folder, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert len(done.stdout) == 10


@pytest.mark.parametrize("words", [("plan",), ("plan", "--json"), ("schema", "Score")])
def test_output_that_cannot_be_written_is_told(set_desk: Desk, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bakehouse", *words],
            cwd=set_desk.folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "output-lost" in done.stderr
    assert "Traceback" not in done.stderr


def test_closed_streams_are_no_reason_to_fail(set_desk: Desk) -> None:
    command = '"$0" -m bakehouse apply --auto-approve <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", command, sys.executable], cwd=set_desk.folder, timeout=60, check=False)
    assert done.returncode == 0
    assert len(set_desk.read("state", "list")["resources"]) == 2


def test_an_apply_whose_reader_goes_away_ends_in_good_order(set_desk: Desk) -> None:
    command = '"$0" -m bakehouse apply --auto-approve --json | true'
    subprocess.run(["sh", "-c", command, sys.executable], cwd=set_desk.folder, timeout=60, check=False)
    assert all(d["status"] != "running" for d in set_desk.read("history")["deployments"])
    set_desk("apply", "--auto-approve")


def test_an_unexpected_failure_shows_a_traceback_only_when_asked(set_desk: Desk) -> None:
    module = set_desk.folder / "sitecustomize.py"
    module.write_text(
        "import bakehouse.plans.operations.planning as planning\n\n"
        "def broken(*given):\n    raise RuntimeError('boom')\n\n"
        "planning.make_plan = broken\n",
        encoding="utf-8",
    )
    said = set_desk("plan", expect=1, PYTHONPATH=str(set_desk.folder))
    assert said.err.startswith("error: something unexpected happened: RuntimeError: boom [internal-error]\n")
    command = [sys.executable, "-m", "bakehouse", "plan", "--debug"]
    environment = {**os.environ, "PYTHONPATH": str(set_desk.folder)}
    done = subprocess.run(
        command, cwd=set_desk.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_before_anything_has_started_ends_the_command(
    number: int, code: int, set_desk: Desk
) -> None:
    fifo = set_desk.folder / "wait.plan"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [sys.executable, "-m", "bakehouse", "apply", "wait.plan"],
        cwd=set_desk.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        time.sleep(1.5)
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert process.returncode == code
