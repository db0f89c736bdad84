"""`bakehouse render`: what an apply would set up, as YAML, as JSON, and as files in a folder of one's own."""

import json
import re
from pathlib import Path

import pytest
import yaml

from desk import KEY, Desk

HOSTILE = """\
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: hostile}
spec:
  type: greeting
  driver: template
  match: [{id: shared.again}]
  inputs: {values: {text: "${dependencies.up.text}"}}
  dependencies:
    up: {type: greeting, id: ../../../../escaped, params: {name: x}}
    big: {type: greeting, id: SHARED.world, params: {name: x}}
    long: {type: greeting, id: LONG, params: {name: x}}
    dots: {type: greeting, id: .., params: {name: x}}
""".replace("LONG", "x" * 190)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def without_versions(content: bytes) -> str:
    return re.sub(r"version: \S+}", "version: …}", content.decode())


def test_each_resource_is_one_yaml_document(set_desk: Desk) -> None:
    uids = {r["address"]: r["uid"] for r in set_desk.read("render")["resources"]}
    assert (
        set_desk("render").out
        == f"""\
# hello in here (plain)
---
address: greeting#shared.world
uid: {yaml_string(uids["greeting#shared.world"])}
driver: template
definition: greeting
connection: null
depends_on: []
documents:
  resources/greeting#shared.world/inputs.yaml:
    values:
      text: hello world
    secrets:
      key: {{$secret: {{store: env, ref: GREETING_KEY}}, version: {version(set_desk)}}}
---
address: greeting#shared.again
uid: {yaml_string(uids["greeting#shared.again"])}
driver: template
definition: greeting
connection: null
depends_on:
- greeting#shared.world
documents:
  resources/greeting#shared.again/inputs.yaml:
    values:
      text: hello hello world
    secrets:
      key: {{$secret: {{store: env, ref: GREETING_KEY}}, version: {version(set_desk)}}}
"""
    )


def yaml_string(text: str) -> str:
    return f"'{text}'" if text[0].isdigit() else text


def version(desk: Desk) -> str:
    found = desk.read("render", "greeting#shared.world")["resources"][0]["documents"][0]["content"]
    return yaml_string(found["secrets"]["key"]["version"] or "null")


def test_addresses_narrow_it_down(set_desk: Desk) -> None:
    found = set_desk.read("render", "greeting#shared.again")
    assert [r["address"] for r in found["resources"]] == ["greeting#shared.again"]
    refused = set_desk("render", "greeting#shared.agian", "greeting#shared.world", expect=1)
    assert refused.codes == ["unknown-address"]
    assert "did you mean 'greeting#shared.again'?" in refused.err


def test_a_folder_gets_an_index_and_the_documents_as_files(set_desk: Desk) -> None:
    run = set_desk("render", "-o", "out")
    assert (run.out, run.err) == ("", "Wrote 3 files of 2 resources below out.\n")
    made = tree(set_desk.folder / "out")
    assert list(made) == [
        ".bakehouse-render.json",
        "index.yaml",
        "resources/greeting#shared.again/inputs.yaml",
        "resources/greeting#shared.world/inputs.yaml",
    ]
    index = yaml.safe_load(made["index.yaml"])
    assert (index["kind"], index["application"], index["environment"]["name"]) == (
        "rendering",
        "hello",
        "here",
    )
    assert [r["documents"] for r in index["resources"]] == [
        ["resources/greeting#shared.world/inputs.yaml"],
        ["resources/greeting#shared.again/inputs.yaml"],
    ]
    inputs = yaml.safe_load(made["resources/greeting#shared.again/inputs.yaml"])
    assert inputs["values"] == {"text": "hello hello world"}


def test_it_works_before_the_first_deployment_and_after_it_and_writes_nothing_else(set_desk: Desk) -> None:
    def recorded() -> dict[str, bytes]:
        return {p: c for p, c in tree(set_desk.folder).items() if not p.startswith("out/")}

    before = recorded()
    set_desk("render", "-o", "out")
    assert recorded() == before
    first = tree(set_desk.folder / "out")
    set_desk("apply", "--auto-approve")
    after = recorded()
    set_desk("render", "-o", "out")
    assert recorded() == after
    again = tree(set_desk.folder / "out")
    assert [path for path in again if "version: null" in again[path].decode()] == [], "the key is known now"
    assert {p: without_versions(c) for p, c in again.items() if p.endswith("inputs.yaml")} == {
        p: without_versions(c) for p, c in first.items() if p.endswith("inputs.yaml")
    }, "what was applied is what was rendered"


def test_equal_input_gives_equal_bytes_whatever_the_hash_seed(set_desk: Desk) -> None:
    outs = {set_desk("render", PYTHONHASHSEED=seed).out for seed in ("0", "1", "2")}
    assert len(outs) == 1
    for seed in ("3", "4"):
        set_desk("render", "-o", seed, PYTHONHASHSEED=seed)
    assert tree(set_desk.folder / "3") == tree(set_desk.folder / "4")


def test_no_secret_is_rendered_in_clear(set_desk: Desk) -> None:
    set_desk("apply", "--auto-approve")
    set_desk("render", "-o", "out")
    assert KEY not in set_desk("render").out + set_desk("render", "--json").out
    assert [path for path, content in tree(set_desk.folder / "out").items() if KEY.encode() in content] == []


def test_ids_of_any_kind_stay_in_the_folder_and_apart(set_desk: Desk) -> None:
    set_desk.edit("platform/platform.yaml", lambda text: text + HOSTILE)
    out = set_desk.folder / "deep" / "out"
    set_desk("render", "-o", "deep/out")
    assert [p.name for p in (set_desk.folder / "deep").iterdir()] == ["out"]
    folders = sorted(p.name for p in (out / "resources").iterdir())
    assert [re.sub("_[0-9a-f]{12}$", "_…", name) for name in folders] == [
        "greeting#..-..-..-..-escaped-_…",
        "greeting#shared.again",
        "greeting#shared.world",
        "greeting#shared.world-_…",
        f"greeting#{'x' * 51}-_…",
        "greeting-_…",
    ]
    index = yaml.safe_load((out / "index.yaml").read_bytes())
    assert len(index["resources"]) == 6
    assert all((out / path).is_file() for r in index["resources"] for path in r["documents"])


def test_what_is_no_more_is_removed_and_what_others_put_there_stays(set_desk: Desk) -> None:
    set_desk("render", "-o", "out")
    out = set_desk.folder / "out"
    (out / "README.md").write_text("ours")
    (out / "resources" / "greeting#shared.world" / "notes.txt").write_text("ours, too")
    set_desk.edit("bakehouse.yaml", lambda text: text.replace("again:", "later:"))
    run = set_desk("render", "-o", "out")
    assert run.err == "Wrote 3 files of 2 resources below out, and removed 1 that are no more.\n"
    assert list(tree(out)) == [
        ".bakehouse-render.json",
        "README.md",
        "index.yaml",
        "resources/greeting#shared.later/inputs.yaml",
        "resources/greeting#shared.world/inputs.yaml",
        "resources/greeting#shared.world/notes.txt",
    ]
    assert not (out / "resources" / "greeting#shared.again").exists()


def test_a_folder_with_other_things_is_refused(set_desk: Desk) -> None:
    before = tree(set_desk.folder)
    refused = set_desk("render", "-o", ".", expect=1)
    assert refused.codes == ["folder-not-empty"]
    assert tree(set_desk.folder) == before


def test_a_folder_of_another_environment_is_refused(set_desk: Desk) -> None:
    set_desk("env", "create", "there", "--type", "plain")
    set_desk("render", "-e", "here", "-o", "out")
    before = tree(set_desk.folder / "out")
    refused = set_desk("render", "-e", "there", "-o", "out", expect=1)
    assert refused.err == (
        "error: out was rendered from hello/here, not from hello/there [folder-of-another]\n"
        "  hint: give each environment a folder of its own\n"
        "  more: bakehouse help folder-of-another\n"
    )
    assert tree(set_desk.folder / "out") == before


def test_edited_files_and_files_in_the_way_are_all_named_and_nothing_is_written(set_desk: Desk) -> None:
    set_desk("render", "-o", "out")
    out = set_desk.folder / "out"
    (out / "index.yaml").write_text("edited")
    set_desk.edit("bakehouse.yaml", lambda text: text.replace("again:", "later:"))
    later = out / "resources" / "greeting#shared.later"
    later.mkdir()
    (later / "inputs.yaml").write_text("somebody's")
    before = tree(out)
    refused = set_desk("render", "-o", "out", expect=1)
    assert refused.codes == ["not-ours", "not-ours"]
    assert "out/index.yaml was edited since it was rendered" in refused.err
    assert "greeting#shared.later/inputs.yaml is in the way: it was not rendered" in refused.err
    assert tree(out) == before


@pytest.mark.parametrize("step", ["resources", "resources/greeting#shared.world"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(set_desk: Desk, step: str) -> None:
    set_desk("render", "-o", "out")
    inside, outside = set_desk.folder / "out" / step, set_desk.folder / "outside"
    inside.rename(outside)
    inside.symlink_to(outside)
    before = tree(outside)
    refused = set_desk("render", "-o", "out", expect=1)
    assert set(refused.codes) == {"not-ours"}
    assert tree(outside) == before


def test_a_forged_manifest_removes_nothing_outside(set_desk: Desk) -> None:
    set_desk("render", "-o", "out")
    manifest = set_desk.folder / "out" / ".bakehouse-render.json"
    data = json.loads(manifest.read_bytes())
    data["files"]["../bakehouse.yaml"] = next(iter(data["files"].values()))
    manifest.write_text(json.dumps(data))
    assert set_desk("render", "-o", "out", expect=1).codes == ["manifest-unreadable"]
    for broken in ("", "[]", '{"of": {}, "files": {}}', '{"format": 2, "of": {"a": "b"}, "files": {}}'):
        manifest.write_text(broken)
        assert set_desk("render", "-o", "out", expect=1).codes == ["manifest-unreadable"]
    assert (set_desk.folder / "bakehouse.yaml").is_file()


def test_a_run_that_was_cut_off_is_completed_by_the_next(set_desk: Desk) -> None:
    """The manifest names old and new digests before the first file is touched, so both count as ours."""
    set_desk("render", "-o", "out")
    whole = tree(set_desk.folder / "out")
    set_desk.edit("bakehouse.yaml", lambda text: text.replace("name: world", "name: moon"))
    set_desk("render", "-o", "out")
    changed = tree(set_desk.folder / "out")
    manifest = json.loads(whole[".bakehouse-render.json"])
    for path, digests in json.loads(changed[".bakehouse-render.json"])["files"].items():
        manifest["files"][path] = sorted({*manifest["files"][path], *digests})
    (set_desk.folder / "out" / ".bakehouse-render.json").write_text(json.dumps(manifest))
    (set_desk.folder / "out" / "index.yaml").write_bytes(whole["index.yaml"])
    (set_desk.folder / "out" / ".bakehouse-render.tmp").write_text("half")
    set_desk("render", "-o", "out")
    assert tree(set_desk.folder / "out") == changed


def test_a_first_run_that_was_cut_off_at_once_is_begun_again(set_desk: Desk) -> None:
    (set_desk.folder / "out").mkdir()
    (set_desk.folder / "out" / ".bakehouse-render.tmp").write_text("half")
    set_desk("render", "-o", "out")
    assert not (set_desk.folder / "out" / ".bakehouse-render.tmp").exists()


def test_a_folder_that_cannot_be_written_is_an_error(set_desk: Desk) -> None:
    """A file stands in its way: that holds for a superuser, too."""
    (set_desk.folder / "closed").touch()
    assert set_desk("render", "-o", "closed/out", expect=1).codes == ["not-written"]


def test_the_folder_and_an_address_do_not_go_together(set_desk: Desk) -> None:
    refused = set_desk("render", "-o", "out", "greeting#shared.world", expect=1)
    assert "-o writes everything" in refused.err
    assert not (set_desk.folder / "out").exists()


def test_what_cannot_be_compiled_is_not_rendered(set_desk: Desk) -> None:
    set_desk("render", "-o", "out")
    before = tree(set_desk.folder / "out")
    set_desk.edit("bakehouse.yaml", lambda text: text.replace("type: greeting", "type: greetin", 1))
    assert set_desk("render", "-o", "out", expect=1).codes == ["unknown-type"]
    assert tree(set_desk.folder / "out") == before


def test_what_no_driver_could_apply_is_told_for_all_of_it(set_desk: Desk) -> None:
    """`needs-command` is found by the driver, not by the compiler."""
    for name in ("one", "two"):
        (set_desk.folder / name).mkdir()
        (set_desk.folder / name / "score.yaml").write_text(
            f"apiVersion: score.dev/v1b1\nmetadata: {{name: {name}}}\ncontainers: {{main: {{image: x}}}}\n"
        )
    set_desk.edit("bakehouse.yaml", lambda text: text.replace("workloads: []", 'workloads: ["*/score.yaml"]'))
    set_desk.edit("platform/platform.yaml", lambda text: text + RUNS)
    refused = set_desk("render", expect=1)
    assert refused.codes == ["not-rendered", "not-rendered"]
    assert "needs-command: container main of workload one has no command" in refused.err
    assert "at one/score.yaml:2:18" in refused.err


RUNS = """\
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: runs}
spec: {type: workload, driver: workload, match: [{class: "*"}], inputs: {target: process}}
"""
