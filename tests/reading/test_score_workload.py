"""What a Score file becomes: its data, its files' contents, its requests, and where things stand."""

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.application import Workload
from bakehouse.graph.diagnostics import Diagnostic, Findings, Place, Severity
from bakehouse.resolvers.folder import Folder, Snapshot
from bakehouse.resolvers.score import read_workload, score_schema
from bakehouse.resolvers.shape import Shape

HEAD = "apiVersion: score.dev/v1b1\nmetadata: {name: web}\ncontainers:\n  main:\n    image: .\n"


def read(text: str, **files: bytes) -> tuple[Workload | None, list[Diagnostic]]:
    findings = Findings()
    sources = {"web/score.yaml": text.encode(), **{f"web/{n.replace('_', '.')}": c for n, c in files.items()}}
    return read_workload(Snapshot(sources), "web/score.yaml", findings), list(findings)


def good(text: str, **files: bytes) -> Workload:
    workload, found = read(text, **files)
    assert workload is not None, found
    return workload


def test_a_workload_holds_the_plain_data_of_its_file() -> None:
    workload = good(
        HEAD + "service: {ports: {www: {port: 80.0, targetPort: 8080}}}\n"
        "resources:\n  db: {type: postgres, class: Large, id: main, params: {x: [1.0, 2024-01-01]}, metadata: {a: 1}}\n"
    )
    assert (workload.name, workload.file, workload.folder) == ("web", "web/score.yaml", "web")
    assert workload.service == {"ports": {"www": {"port": 80, "targetPort": 8080}}}
    assert type(workload.ports["www"]["port"]) is int
    db = workload.resources["db"]
    assert (db.name, db.type, db.class_, db.id, db.workload) == ("db", "postgres", "Large", "main", "web")
    assert db.params == {"x": [1, "2024-01-01"]}
    assert type(db.params["x"][1]) is str
    assert db.metadata == {"a": 1}
    assert db.place == Place("web/score.yaml", 8, 3)
    assert db.places is not None
    assert db.places.at("params", "x", 1) == Place("web/score.yaml", 8, 66)


def test_list_forms_become_maps_with_a_notice_and_keep_their_places() -> None:
    workload, found = read(
        HEAD + "    files:\n"
        "      - target: /a\n"
        "        content: [one, two]\n"
        "        mode: '0600'\n"
        "    volumes:\n"
        "      - {target: /data, source: x, path: p, read_only: true}\n"
    )
    assert workload is not None
    main = workload.containers["main"]
    assert main["files"] == {"/a": {"content": "one\ntwo", "mode": "0600"}}
    assert main["volumes"] == {"/data": {"source": "x", "path": "p", "readOnly": True}}
    assert [(d.code, d.severity) for d in found] == [("deprecated-list", Severity.NOTICE)] * 2
    assert workload.places.at("containers", "main", "files", "/a", "mode") == Place("web/score.yaml", 9, 15)
    assert workload.places.at("containers", "main", "volumes", "/data", "path") == Place(
        "web/score.yaml", 11, 42
    )


def test_aliases_do_not_tie_parts_of_a_workload_together() -> None:
    workload = good(HEAD + "    variables: &v {A: x}\n  side: {image: x, variables: *v}\n")
    assert workload.containers["side"]["variables"] == workload.containers["main"]["variables"]
    assert workload.containers["side"]["variables"] is not workload.containers["main"]["variables"]


def test_text_read_from_a_source_stands_under_content() -> None:
    text = (
        HEAD
        + "    files:\n      /a: {source: a.txt, mode: '0400'}\n      /b: {source: ./b.txt, noExpand: true}\n"
    )
    workload = good(text, a_txt=b"name: ${metadata.name}\n", b_txt=b"${x y}")
    assert workload.containers["main"]["files"] == {
        "/a": {"mode": "0400", "content": "name: ${metadata.name}\n"},
        "/b": {"noExpand": True, "content": "${x y}"},
    }


@pytest.mark.parametrize("content", [b"\x00\x01", b"\xff\xfe\xfd", b"PK\x03\x04\x00${a b}"])
def test_other_bytes_read_from_a_source_stand_under_binary_content(content: bytes) -> None:
    workload = good(HEAD + "    files: {/a: {source: a.bin}}\n", a_bin=content)
    assert workload.containers["main"]["files"]["/a"] == {"binaryContent": base64.b64encode(content).decode()}


def test_placeholders_in_a_source_are_told_where_they_stand_in_it() -> None:
    workload, found = read(
        HEAD + "    files: {/a: {source: a.txt}}\n", a_txt=b"x\n  ${resources.db.host} ${}\n"
    )
    assert workload is None
    assert [(d.code, d.place) for d in found] == [
        ("unknown-resource", Place("web/a.txt", 2, 3)),
        ("bad-placeholder", Place("web/a.txt", 2, 24)),
    ]
    assert all("containers.main.files./a" in d.message for d in found)


def test_a_text_that_was_not_written_for_score_gives_few_messages() -> None:
    _, found = read(HEAD + "    files: {/a: {source: a.txt}}\n", a_txt=b"${x y}" * 1000)
    assert len(found) == 20


def test_a_file_full_of_problems_gives_as_many_as_people_can_read() -> None:
    text = HEAD + "    variables:\n" + "".join(f"      K{i}: ${{resources.gone.x}}\n" for i in range(3000))
    workload, found = read(text)
    assert workload is None
    assert [d.code for d in found] == ["unknown-resource"] * 100 + ["more-findings"]
    assert found[-1].message == "web/score.yaml has more problems than are shown"


def test_many_remarks_do_not_hide_an_error() -> None:
    containers = "".join(f"  c{i}: {{image: x, files: []}}\n" for i in range(150))
    workload, found = read(HEAD + containers + "extra: 1\n")
    assert workload is None
    assert [d.code for d in found if d.is_error] == ["unknown-key"]


HOSTILE = {
    "unknown keys": HEAD + "".join(f"k{i}: 1\n" for i in range(20_000)),
    "wrong types": HEAD + "    variables:\n" + "".join(f"      k{i}: 1\n" for i in range(20_000)),
    "bad names": HEAD + "resources:\n" + "".join(f"  K{i}: {{type: x}}\n" for i in range(20_000)),
    "unknown resources": HEAD + "    variables:\n"
    + "".join(f"      k{i}: ${{resources.zz{i}.x}}\n" for i in range(5_000))
    + "resources:\n" + "".join(f"  res{i}: {{type: xx}}\n" for i in range(3_000)),
    "a long circle": HEAD
    + "".join(f"  c{i}: {{image: x, before: {{c{i + 1}: {{ready: started}}}}}}\n" for i in range(5_000))
    + "  c5000: {image: x, before: {c0: {ready: started}}}\n",
    "equal targets": HEAD + "    files:\n" + "      - {target: /a, content: x}\n" * 10_000,
    "a long name": HEAD.replace("web", "a" * 5_000_000 + "!"),
    "a long key": HEAD + "? " + "a" * 5_000_000 + "\n: 1\n",
    "many placeholders": HEAD + "    variables: {A: '" + "${a}" * 1_000_000 + "'}\n",
    "an endless placeholder": HEAD + "    variables: {A: '${" + "a" * 5_000_000 + "}'}\n",
    "equal keys": HEAD + "a: 1\n" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_quickly_and_in_few_words(name: str) -> None:
    started = time.process_time()
    workload, found = read(HOSTILE[name])
    assert time.process_time() - started < 5
    assert workload is None
    assert len(found) <= 201
    assert all(len(d.message) < 2_500 and len(d.hint or "") < 1_500 for d in found)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("../other/a.txt", "path-outside"),
        ("/etc/passwd", "path-outside"),
        ("x/../../other/a.txt", "path-outside"),
        ("..", "path-outside"),
        (".", "path-outside"),
        ("missing.txt", "file-missing"),
        ("folder", "file-not-regular"),
        ("pipe", "file-not-regular"),
        ("large.txt", "file-too-large"),
        ("link.txt", "path-outside"),
        ("linked/a.txt", "path-outside"),
        ("loop", "file-unreadable"),
        ("a.txt/x", "file-missing"),
        ("x" * 5000, "file-unreadable"),
        ("\\e[31m", "file-missing"),
    ],
)
def test_a_source_that_cannot_be_used_is_told_at_its_place(tmp_path: Path, source: str, code: str) -> None:
    import os

    web = tmp_path / "web"
    (web / "folder").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.txt").write_text("secret")
    (web / "a.txt").write_text("fine")
    (web / "large.txt").write_bytes(b"x" * (1024 * 1024 + 1))
    (web / "link.txt").symlink_to("../other/a.txt")
    (web / "linked").symlink_to("../other")
    (web / "loop").symlink_to("loop")
    os.mkfifo(web / "pipe")
    (web / "score.yaml").write_text(HEAD + f'    files: {{/a: {{source: "{source}"}}}}\n')
    findings = Findings()
    assert read_workload(Folder(tmp_path), "web/score.yaml", findings) is None
    (found,) = findings.errors
    assert (found.code, found.place) == (code, Place("web/score.yaml", 6, 26))
    assert found.pointer == "/containers/main/files/~1a/source"


@pytest.mark.parametrize(
    "source", [".bakehouse/overrides.json", "./.bakehouse/state.db", "x/../.bakehouse", ".bakehouse"]
)
def test_the_folder_of_the_state_is_no_part_of_an_application(source: str) -> None:
    findings = Findings()
    text = HEAD + f"    files: {{/a: {{source: {source}}}}}\n"
    files = Snapshot({"score.yaml": text.encode(), ".bakehouse/overrides.json": b"{}"})
    assert read_workload(files, "score.yaml", findings) is None
    assert [(d.code, d.place) for d in findings] == [("path-outside", Place("score.yaml", 6, 26))]


def test_a_link_inside_the_folder_may_be_a_source(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (tmp_path / "score.yaml").write_text(HEAD + "    files: {/a: {source: b.txt}}\n")
    folder = Folder(tmp_path)
    workload = read_workload(folder, "score.yaml", Findings())
    assert workload is not None
    assert workload.containers["main"]["files"]["/a"]["content"] == "fine"
    assert sorted(folder.sources) == ["b.txt", "score.yaml"]


def test_a_probe_of_an_undeclared_port_is_a_warning() -> None:
    probe = "    readinessProbe: {httpGet: {path: /, port: 8081}}\n"
    for service, warned in {
        "": True,
        "service: {ports: {www: {port: 80}}}\n": True,
        "service: {ports: {www: {port: 80, targetPort: 8081}}}\n": False,
        "service: {ports: {www: {port: 8081}}}\n": False,
    }.items():
        workload, found = read(HEAD + probe + service)
        assert workload is not None
        assert [d.code for d in found] == (["undeclared-port"] if warned else [])
        assert not any(d.is_error for d in found)


def test_a_route_to_an_undeclared_port_is_a_warning_with_the_nearest_port() -> None:
    route = "resources: {rt: {type: route, params: {port: %s}}}\n"
    for service, port, hint in (
        ("service: {ports: {www: {port: 80}}}\n", "ww", "did you mean 'www'?"),
        ("service: {ports: {www: {port: 80, targetPort: 8080}}}\n", "8080", "did you mean '80'?"),
        ("", "8080", "declare it there"),
    ):
        workload, found = read(HEAD + service + route % port)
        assert workload is not None
        assert [(d.code, d.severity, d.pointer, d.hint) for d in found] == [
            ("undeclared-port", Severity.WARNING, "/resources/rt/params/port", hint)
        ]


@pytest.mark.parametrize("port", ["www", "8080", "'8080'", "${metadata.port}"])
def test_a_route_may_name_a_declared_port_by_name_or_number(port: str) -> None:
    text = HEAD.replace("name: web", "name: web, port: 8080") + (
        "service: {ports: {www: {port: 8080, targetPort: 9}}}\n"
        f'resources: {{rt: {{type: route, params: {{port: "{port}"}}}}}}\n'.replace("\"'", "'").replace(
            "'\"", "'"
        )
    )
    good(text)


def test_a_workload_of_ten_thousand_resources_is_read_in_a_moment() -> None:
    entry = "  r{0}:\n    type: postgres\n    params:\n      a: x ${{metadata.name}}\n      b: ${{resources.r{0}.x}}\n"
    text = HEAD + "resources:\n" + "".join(entry.format(i) for i in range(10_000))
    started = time.process_time()
    workload = good(text)
    assert time.process_time() - started < 5
    assert len(workload.resources) == 10_000


def test_the_schema_describes_itself_in_words_that_are_understood() -> None:
    schema = score_schema()
    assert Shape(schema).misfits(
        {"apiVersion": "score.dev/v1b1", "metadata": {"name": "ab"}, "containers": {}}
    )
    assert all("description" in part for part in schema["properties"].values())


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just("${resources.db}"))
NAMES = """
apiVersion metadata name annotations service ports containers resources image variables files volumes before
livenessProbe httpGet port target source content params type id db main web ready
"""
names = st.sampled_from(NAMES.split())
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=25,
)


@given(anything)
def test_a_file_of_any_shape_gives_a_workload_or_problems_with_places(data: object) -> None:
    import json

    text = json.dumps(data, ensure_ascii=True).replace("\\ud", "d")
    workload, found = read(text)
    assert (workload is None) == any(d.is_error for d in found)
    assert all(d.place is not None for d in found)


@given(st.dictionaries(names, anything, max_size=4), st.dictionaries(names, anything, max_size=3))
def test_containers_and_resources_of_any_shape_do_not_break_the_reading(main: object, other: object) -> None:
    import json

    data = {
        "containers": {"main": main, "web": other},
        "resources": {"db": main},
        "service": other,
        "metadata": main,
    }
    text = json.dumps(data, ensure_ascii=True).replace("\\ud", "d")
    workload, found = read(text)
    assert workload is None
    assert found


@pytest.mark.parametrize(
    ("probe", "ready", "codes"),
    [
        ("", "healthy", ["healthy-without-probe"]),
        ("readinessProbe: {exec: {command: [x]}}", "healthy", []),
        ("livenessProbe: {exec: {command: [x]}}", "healthy", []),
        ("", "started", []),
    ],
)
def test_a_container_that_is_waited_for_until_it_is_healthy_should_have_a_probe(
    probe: str, ready: str, codes: list[str]
) -> None:
    body = f"    before: {{side: {{ready: {ready}}}}}\n    {probe}\n  side: {{image: x}}\n"
    workload, found = read(HEAD + body)
    assert workload is not None
    assert [(f.code, f.severity) for f in found] == [(code, Severity.WARNING) for code in codes]
