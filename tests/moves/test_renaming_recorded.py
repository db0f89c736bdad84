"""`state mv` and `state rename`: other names for what is recorded, and nothing else changes."""

import shutil

from desk import Desk

SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: baker}
containers: {main: {image: bread}}
"""

WORKLOAD = """
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: workload}
spec: {type: workload, driver: template, match: [{class: "*"}], inputs: {values: {}}}
"""


def test_a_resource_is_given_another_address_and_its_users_follow(desk: Desk) -> None:
    before = desk.read("state", "show", "greeting#shared.world")
    done = desk("state", "mv", "greeting#shared.world", "greeting#shared.globe")
    assert done.out == "greeting#shared.world is greeting#shared.globe from now on in here.\n"
    assert done.err == (
        "warning: the application does not ask for greeting#shared.globe: the next apply would remove what is called so "
        "[moved-to-nothing]\n"
        "  resource greeting#shared.globe\n"
        "  hint: rename it in the files, too, before the next apply\n"
        "\nNext: bakehouse plan -e here\n"
    )
    after = desk.read("state", "show", "greeting#shared.globe")
    changed = {k for k in before if before[k] != after[k]}
    assert changed == {"address", "row_version"}
    told = desk.read("state", "show", "greeting#shared.again")["depends_on"]
    assert [e["address"] for e in told] == ["greeting#shared.globe"]
    back = desk("state", "mv", "greeting#shared.globe", "greeting#shared.world")
    assert back.err == "\nNext: bakehouse plan -e here\n"
    assert desk("plan").out.startswith("Nothing to do")


def test_a_resource_born_where_another_one_moved_away_is_another_one(desk: Desk) -> None:
    uid = desk.read("state", "show", "greeting#shared.world")["uid"]
    desk("state", "mv", "greeting#shared.world", "greeting#shared.globe")
    line = "    world: {type: greeting, params: {name: world}}\n"
    desk.edit("bakehouse.yaml", lambda text: text.replace(line, line + line.replace("world:", "globe:")))
    desk("apply", "--auto-approve")
    born = desk.read("state", "show", "greeting#shared.world")
    assert (born["birth"], born["uid"] == uid) == (2, False)


def test_what_cannot_move_is_told_and_nothing_is_changed(desk: Desk) -> None:
    before = desk("state", "list").out
    wrong = desk("state", "mv", "greeting#shared.wrld", "greeting#x", expect=1)
    assert wrong.codes == ["unknown-address"]
    assert "did you mean 'greeting#shared.world'?" in wrong.err
    for target in ("greeting#shared.again", "greeting#shared.world"):
        assert desk("state", "mv", "greeting#shared.world", target, expect=1).codes == ["moved-onto-occupied"]
    assert desk("state", "mv", "greeting#shared.world", "volume#x", expect=1).codes == ["bad-move"]
    assert desk("state", "mv", "world", "greeting#x", expect=1).codes == ["usage"]
    assert desk("state", "list").out == before


def test_an_environment_is_renamed_with_all_that_it_holds(desk: Desk) -> None:
    before = desk.read("state", "show", "greeting#shared.world")
    assert (
        desk("state", "rename", "--environment", "here", "there").out
        == "hello/here is hello/there from now on.\n"
    )
    assert desk.read("state", "show", "greeting#shared.world", "-e", "there") == before
    assert desk("plan", "-e", "there").out.startswith("Nothing to do: hello in there")
    assert desk("plan", "-e", "here", expect=1).codes == ["unknown-environment"]


def test_a_name_that_is_taken_or_no_name_is_refused(desk: Desk) -> None:
    desk("env", "create", "second", "--type", "plain")
    taken = desk("state", "rename", "--environment", "here", "second", expect=1)
    assert taken.codes == ["environment-exists"]
    assert "next: bakehouse env delete second" in taken.err
    assert desk("state", "rename", "--environment", "here", "Not_a_name", expect=1).codes == [
        "environment-name"
    ]
    assert desk("state", "rename", "--environment", "hre", "x", expect=1).codes == ["unknown-environment"]
    assert desk("state", "rename", "--application", "helo", "x", expect=1).codes == ["unknown-application"]
    assert desk("state", "rename", expect=1).codes == ["usage"]


def test_a_new_environment_never_gets_the_folder_of_a_renamed_one(desk: Desk) -> None:
    desk("state", "rename", "--environment", "here", "there")
    desk("env", "create", "here", "--type", "plain")
    desk("apply", "--auto-approve", "-e", "here")
    folders = {f.name for f in (desk.folder / ".bakehouse").iterdir() if f.is_dir()}
    assert folders == {"here", "hello-here", "backups"}


def test_an_application_under_a_new_name_is_recognised_before_anything_is_made(desk: Desk) -> None:
    (desk.folder / "score.yaml").write_text(SCORE)
    desk.edit("platform/platform.yaml", lambda text: text + WORKLOAD)
    desk.edit("bakehouse.yaml", lambda text: text.replace("workloads: []", "workloads: [score.yaml]"))
    desk("apply", "--auto-approve")
    desk.edit("bakehouse.yaml", lambda text: text.replace("{name: hello}", "{name: goodbye}"))
    words = (
        "nothing is recorded of goodbye, and its workloads are those of hello (in here)",
        "if it was only renamed: `bakehouse state rename --application hello goodbye`; else everything is made anew",
    )
    refused = desk("plan", expect=1)
    assert refused.codes == ["environment-needed", "application-renamed"]
    assert "next: " not in refused.err
    assert all(text in refused.err for text in words)
    desk("env", "create", "fresh", "--type", "plain")
    shown = desk("plan").out
    assert all(text in shown for text in words)
    assert "3 to create" in shown
    desk("env", "delete", "fresh")
    assert desk("state", "rename", "--application", "hello", "goodbye").out == (
        "hello/here is goodbye/here from now on.\n"
    )
    assert desk("plan").out.startswith("Nothing to do: goodbye in here")


def test_a_renamed_workload_is_counted_alike_wherever_it_is_told(desk: Desk) -> None:
    (desk.folder / "score.yaml").write_text(SCORE)
    desk.edit("platform/platform.yaml", lambda text: text + WORKLOAD)
    desk.edit("bakehouse.yaml", lambda text: text.replace("workloads: []", "workloads: [score.yaml]"))
    desk("apply", "--auto-approve")
    desk.edit("score.yaml", lambda text: text.replace("baker", "cook"))
    desk.edit("bakehouse.yaml", lambda text: f"{text}  moved: [{{workload: baker, to: cook}}]\n")
    done = desk("apply", "--auto-approve").out.splitlines()[-1]
    assert "1 moved" in done
    assert desk("show", "3").out.splitlines()[0] == done


def test_a_backup_is_written_before_anything_moves(desk: Desk) -> None:
    shutil.rmtree(desk.folder / ".bakehouse" / "backups")
    desk("state", "mv", "greeting#shared.world", "greeting#shared.globe")
    assert len([*(desk.folder / ".bakehouse" / "backups").iterdir()]) == 1
