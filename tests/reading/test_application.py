"""Applications: finding their root, reading their file, and putting together what it lists."""

from pathlib import Path

import pytest

from bakehouse.graph.application import Application
from bakehouse.graph.diagnostics import Diagnostic, Place
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.application import (
    application_name,
    application_schema,
    find_root,
    load_application,
    load_application_from,
)
from folders import written

HEAD = "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\n"


def score(name: str, rest: str = "") -> str:
    return (
        f"apiVersion: score.dev/v1b1\nmetadata: {{name: {name}}}\ncontainers: {{main: {{image: .}}}}\n{rest}"
    )


def load(root: Path, files: dict[str, str]) -> Application:
    return load_application(written(root, files))


def problems(root: Path, files: dict[str, str]) -> list[Diagnostic]:
    with pytest.raises(InvalidInput) as problem:
        load(root, files)
    return list(problem.value.diagnostics)


def spec(lines: str) -> dict[str, str]:
    return {"bakehouse.yaml": HEAD + "spec:\n" + "".join(f"  {line}\n" for line in lines.splitlines())}


def test_an_application_holds_everything_that_its_developers_wrote(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        {
            **spec(
                'workloads: ["services/*/score.yaml"]\n'
                "shared:\n"
                "  assets: {type: s3, class: public, params: {name: a}}\n"
                "  main-db: {type: postgres, params: {bucket: '${resources.assets.bucket}'}}\n"
                "platform: ../platform\n"
                "moved: [{from: 'postgres#web.db', to: 'postgres#shared.orders'}, {workload: site, to: web}]\n"
                "adopt: [{environment: production, address: 'postgres#shared.orders', id: server/orders}]\n"
                "links: {repository: 'https://example.org/x'}"
            ),
            "services/worker/score.yaml": score("worker"),
            "services/web/score.yaml": score("web"),
            "services/web/other.yaml": "not: read",
        },
    )
    assert application.name == "shop"
    assert list(application.workloads) == ["web", "worker"]
    assert application.workloads["web"].folder == "services/web"
    assets = application.shared["assets"]
    assert (assets.type, assets.class_, assets.workload, assets.params) == (
        "s3",
        "public",
        None,
        {"name": "a"},
    )
    assert assets.place == Place("bakehouse.yaml", 7, 5)
    assert application.platform == "../platform"
    assert application.moved == (
        {"from": "postgres#web.db", "to": "postgres#shared.orders"},
        {"workload": "site", "to": "web"},
    )
    assert application.adopt[0]["environment"] == "production"
    assert application.links == {"repository": "https://example.org/x"}
    assert application.places is not None
    assert application.places.at("spec", "platform") == Place("bakehouse.yaml", 9, 13)
    assert list(application.sources) == [
        "bakehouse.yaml",
        "services/web/score.yaml",
        "services/worker/score.yaml",
    ]


def test_an_application_can_be_read_again_from_its_sources(tmp_path: Path) -> None:
    with_file = score("web").replace("image: .", "image: ., files: {/a: {source: conf/a.txt}}")
    files = {**spec("workloads: ['**/score.yaml']"), "a/score.yaml": with_file, "a/conf/a.txt": "hello"}
    first = load(tmp_path, files)
    again = load_application_from(first.sources, first.name)
    assert again.sources == first.sources
    assert again.workloads["web"].containers == first.workloads["web"].containers
    assert again.workloads["web"].containers["main"]["files"]["/a"] == {"content": "hello"}


def test_a_lone_score_file_is_an_application_named_after_its_folder(tmp_path: Path) -> None:
    application = load(tmp_path / "My_Web Site!", {"score.yaml": score("web")})
    assert application.name == "my-web-site"
    assert list(application.workloads) == ["web"]
    assert load_application_from(application.sources, application.name).name == "my-web-site"


def test_the_root_is_the_nearest_folder_with_an_application(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "shop/bakehouse.yaml": HEAD,
            "shop/a/score.yaml": score("aa"),
            "lone/score.yaml": score("bb"),
            "lone/x/y": "",
        },
    )
    assert find_root(tmp_path / "shop/a") == tmp_path / "shop"
    assert find_root(tmp_path / "shop") == tmp_path / "shop"
    assert find_root(tmp_path / "lone/x") == tmp_path / "lone"


def test_a_folder_without_application_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as problem:
        find_root(tmp_path)
    assert [(d.code, d.next) for d in problem.value.diagnostics] == [("no-application", "bakehouse init")]
    with pytest.raises(InvalidInput) as problem:
        find_root(tmp_path / "nowhere")
    assert [d.code for d in problem.value.diagnostics] == ["file-missing"]
    written(tmp_path, {"bakehouse.yml": HEAD})
    with pytest.raises(InvalidInput) as problem:
        find_root(tmp_path)
    assert problem.value.diagnostics[0].hint == "rename bakehouse.yml to bakehouse.yaml"
    with pytest.raises(InvalidInput) as problem:
        load_application(tmp_path)
    assert [d.code for d in problem.value.diagnostics] == ["no-application"]


def test_the_name_is_known_without_reading_the_workloads(tmp_path: Path) -> None:
    written(tmp_path, {**spec("workloads: [broken.yaml]"), "broken.yaml": "a: ["})
    assert application_name(tmp_path) == "shop"
    assert application_name(written(tmp_path / "Lone", {"score.yaml": "a: ["})) == "lone"
    for files in ({}, {"bakehouse.yaml": "a: ["}, {"bakehouse.yaml": HEAD.replace("shop", "S")}):
        with pytest.raises(InvalidInput):
            application_name(written(tmp_path / f"bad{len(files)}", {"x": "", **files}))


def test_settings_of_the_command_line_may_stand_in_the_file(tmp_path: Path) -> None:
    load(tmp_path, spec("settings: {environment: local, state: 'sqlite:///x.db', parallelism: 4}"))


def test_an_application_needs_no_spec(tmp_path: Path) -> None:
    assert load(tmp_path, {"bakehouse.yaml": HEAD}).workloads == {}


def test_warnings_of_all_files_are_handed_out(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        {**spec("workloads: [a.yaml]"), "a.yaml": score("web").replace("image: .", "image: ., files: []")},
    )
    assert [d.code for d in application.remarks] == ["deprecated-list"]


def test_two_workloads_of_one_name_name_both_files(tmp_path: Path) -> None:
    (found,) = problems(
        tmp_path, {**spec("workloads: [a.yaml, b.yaml]"), "a.yaml": score("web"), "b.yaml": score("web")}
    )
    assert (found.code, found.place) == ("duplicate-workload", Place("b.yaml", 2, 18))
    assert "a.yaml and b.yaml" in found.message


def test_a_file_that_two_patterns_match_is_read_once(tmp_path: Path) -> None:
    files = {**spec("workloads: ['*/score.yaml', a/score.yaml]"), "a/score.yaml": score("web")}
    assert list(load(tmp_path, files).workloads) == ["web"]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("*.yaml", ["bakehouse", "top"]),
        ("t?p.yaml", ["top"]),
        ("./top.yaml", ["top"]),
        ("a/*/score.yaml", ["ab"]),
        ("**/score.yaml", ["ab", "aa"]),
        ("a/**", ["ab", "aa"]),
        ("**/**/score.yaml", ["ab", "aa"]),
        (".hidden/score.yaml", ["hidden"]),
        ("[ax]/score.yaml", ["aa"]),
    ],
)
def test_patterns_match_as_shells_do(tmp_path: Path, pattern: str, matched: list[str]) -> None:
    from bakehouse.resolvers.folder import Folder, Snapshot, matching

    names = {"top": "top.yaml", "aa": "a/score.yaml", "ab": "a/b/score.yaml", "hidden": ".hidden/score.yaml"}
    written(tmp_path, dict.fromkeys(names.values(), "") | {"bakehouse.yaml": ""})
    (tmp_path / "linked").symlink_to("a")
    names["bakehouse"] = "bakehouse.yaml"
    wanted = tuple(sorted(names[name] for name in matched))
    assert matching(Folder(tmp_path), pattern) == wanted
    assert matching(Snapshot(dict.fromkeys(names.values(), b"")), pattern) == wanted


REFUSED = {
    "unknown key": ("shard: {}", "unknown-key", "/spec/shard", "did you mean 'shared'?"),
    "workloads as text": ("workloads: a.yaml", "wrong-type", "/spec/workloads", None),
    "nothing matches": ("workloads: ['*/nope.yaml']", "no-workload-file", "/spec/workloads/0", None),
    "a folder": ("workloads: [web]", "no-workload-file", "/spec/workloads/0", "write web/score.yaml"),
    "a path above": ("workloads: [../x/score.yaml]", "path-outside", "/spec/workloads/0", None),
    "an absolute path": ("workloads: [/etc/passwd]", "path-outside", "/spec/workloads/0", None),
    "a path with control characters": ('workloads: ["\\e[2J"]', "no-workload-file", "/spec/workloads/0", None),
    "a shared resource without type": ("shared: {db: {}}", "missing-key", "/spec/shared/db", None),
    "a shared resource with an id": ("shared: {db: {type: s3, id: x}}", "unknown-key", "/spec/shared/db/id", None),
    "a bad name": ("shared: {My_db: {type: s3}}", "bad-name", "/spec/shared/My_db", None),
    "metadata": (
        "shared: {db: {type: s3, params: {a: '${metadata.name}'}}}", "unknown-root", "/spec/shared/db/params/a", None),
    "unknown resource": (
        "shared: {database: {type: s3, params: {a: '${resources.databaze.x}'}}}",
        "unknown-resource", "/spec/shared/database/params/a", "did you mean 'database'?"),
    "no output": (
        "shared: {db: {type: s3, params: {a: ['${resources.db}']}}}",
        "incomplete-reference", "/spec/shared/db/params/a/0", None),
    "bad placeholder": (
        "shared: {db: {type: s3, params: {a: '${a b}'}}}", "bad-placeholder", "/spec/shared/db/params/a", None),
    "a move from nothing": ("moved: [{to: web}]", "bad-move", "/spec/moved/0", None),
    "a move from two": ("moved: [{from: 'a#b', workload: x, to: web}]", "bad-move", "/spec/moved/0", None),
    "a move from no address": ("moved: [{from: db, to: 'a#b'}]", "bad-address", "/spec/moved/0/from", None),
    "a move to itself": ("moved: [{workload: a, to: a}]", "bad-move", "/spec/moved/0", None),
    "two moves from one": (
        "moved: [{workload: a, to: b}, {workload: a, to: c}]", "bad-move", "/spec/moved/1", None),
    "an adoption without environment": (
        "adopt: [{address: 'a#b', id: x}]", "missing-key", "/spec/adopt/0", None),
    "an adoption of no address": (
        "adopt: [{environment: e, address: x, id: x}]", "bad-address", "/spec/adopt/0/address", None),
    "an unknown setting": ("settings: {sate: x}", "unknown-key", "/spec/settings/sate", "did you mean 'state'?"),
    "a bad setting": ("settings: {parallelism: 0}", "bad-value", "/spec/settings/parallelism", None),
    "a link that is a script": ("links: {x: 'javascript:alert(1)'}", "bad-value", "/spec/links/x", None),
    "a date": ("platform: 2024-01-01", "wrong-type", "/spec/platform", "put it in quotes"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    text, code, pointer, hint = REFUSED[name]
    (found,) = problems(tmp_path, {**spec(text), "web/score.yaml": score("web")})
    assert (found.code, found.pointer) == (code, pointer)
    assert found.place is not None
    assert found.place.file == "bakehouse.yaml"
    assert found.place.line >= 5
    assert hint is None or found.hint == hint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "wrong-type"),
        ("- x", "wrong-type"),
        ("a: [", "yaml-syntax"),
        ("\0", "file-binary"),
        (HEAD.replace("Application", "Platform"), "bad-value"),
        (HEAD.replace("dev/v1", "dev/v2"), "bad-value"),
        (HEAD.replace("shop", "../shop"), "bad-value"),
        (HEAD.replace("shop", "2024"), "wrong-type"),
        (HEAD + "kind: Application\n", "yaml-duplicate-key"),
        ("[" * 50_000, "yaml-depth"),
    ],
)
def test_a_file_that_is_no_application_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (found,) = problems(tmp_path, {"bakehouse.yaml": text})
    assert (found.code, found.place and found.place.file) == (code, "bakehouse.yaml")


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        {
            **spec("workloads: ['*.score.yaml', gone.yaml]\nlinks: {x: 1}"),
            "a.score.yaml": score("A"),
            "b.score.yaml": "a: [",
        },
    )
    assert [(d.code, d.place and d.place.file) for d in found] == [
        ("wrong-type", "bakehouse.yaml"),
        ("no-workload-file", "bakehouse.yaml"),
        ("bad-value", "a.score.yaml"),
        ("bad-value", "a.score.yaml"),
        ("yaml-syntax", "b.score.yaml"),
    ]


def test_workload_files_do_not_lie_behind_a_link_out_of_the_application(tmp_path: Path) -> None:
    written(tmp_path, {"elsewhere/score.yaml": score("web")})
    (tmp_path / "app").mkdir()
    (tmp_path / "app/web").symlink_to("../elsewhere")
    (found,) = problems(tmp_path / "app", spec("workloads: ['*/score.yaml']"))
    assert (found.code, found.place) == ("path-outside", Place("web/score.yaml"))


def test_a_manifest_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "bakehouse.yaml").mkdir()
    assert [d.code for d in problems(tmp_path, {})] == ["file-not-regular"]


def test_the_schema_names_what_it_is_for() -> None:
    assert application_schema()["title"].startswith("Bakehouse application")
