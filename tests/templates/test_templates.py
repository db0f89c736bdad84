"""Templates: read with all their problems, answered, filled in, and written nowhere but where they may."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.drivers.registry import Registry
from bakehouse.graph.errors import InvalidInput
from bakehouse.plans.operations.editing import settle, write
from bakehouse.plans.operations.templating import answers_to, begun, chosen, filled
from bakehouse.resolvers.application import load_application
from bakehouse.resolvers.catalog import Catalog, CatalogSource, Question, Sources, load_catalog
from bakehouse.resolvers.catalog.answers import answer, expand
from bakehouse.resolvers.catalog.targets import forbidden
from bakehouse.resolvers.git import Mirrors, split_ref
from repository import Repository

HEAD = "apiVersion: bakehouse.dev/v1\nkind: Template\nmetadata: {name: job}\n"
JOB = (
    HEAD
    + """\
spec:
  description: A job.
  questions:
    - {name: name, default: job, pattern: "^[a-z-]+$", hint: small letters}
    - {name: count, type: integer, minimum: 1, maximum: 9}
    - {name: fast, type: boolean, default: true}
    - {name: size, type: enum, values: [small, large], default: small}
  files:
    "jobs/${answers.name}.yaml":
      content: |
        apiVersion: score.dev/v1b1
        metadata: {name: "${answers.name}"}
        containers:
          main:
            image: .
            command: [run, "${answers.count}"]
            variables: {FAST: "${answers.fast}", KEEP: "$$ ${metadata.name}"}
"""
)


def catalog_of(folder: Path, *documents: str, **files: bytes) -> Catalog:
    for number, document in enumerate(documents):
        (folder / f"d{number}.yaml").write_text(document)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return load_catalog(CatalogSource(str(folder.name), folder))


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    (tmp_path / "platform").mkdir()
    return tmp_path / "platform"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    return tmp_path / "app"


def nobody(question: Question, problem: str | None) -> None:
    return None


def made(
    catalog: Catalog, root: Path, replace: Callable[[str], bool | None] = lambda _: None, **given: str
) -> None:
    template = chosen(catalog, None)
    files = filled(catalog, template, answers_to(template, given, nobody))
    edit = begun(root, files, replace)
    settle(root, edit, lambda _: load_catalog(), Registry())
    write(root, edit)


def codes(call: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        call()
    return [d.code for d in error.value.diagnostics]


def test_an_application_is_begun_with_what_was_answered(platform: Path, root: Path) -> None:
    catalog = catalog_of(platform, JOB)
    made(catalog, root, count="3", fast="no")
    assert (root / "bakehouse.yaml").read_text() == (
        "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata:\n  name: app\n"
        "spec:\n  workloads: [jobs/job.yaml]\n"
    )
    (main,) = load_application(root).workloads["job"].containers.values()
    assert main["command"] == ["run", "3"]
    assert main["variables"] == {"FAST": "false", "KEEP": "$$ ${metadata.name}"}
    made(catalog, root, count="4", name="other")
    assert "workloads: [jobs/job.yaml, jobs/other.yaml]" in (root / "bakehouse.yaml").read_text()
    assert sorted(load_application(root).workloads) == ["job", "other"]


def test_what_is_there_is_never_replaced_unasked(platform: Path, root: Path) -> None:
    catalog = catalog_of(platform, JOB)
    made(catalog, root, count="3")
    file = root / "jobs/job.yaml"
    before = file.read_text()
    made(catalog, root, count="3")
    with pytest.raises(InvalidInput) as error:
        made(catalog, root, count="4")
    assert [(d.code, d.message) for d in error.value.diagnostics] == [
        ("file-exists", "jobs/job.yaml is there already")
    ]
    made(catalog, root, lambda _: False, count="4")
    assert file.read_text() == before
    made(catalog, root, lambda _: True, count="4")
    assert file.read_text() == before.replace('"3"', '"4"')


def test_what_would_be_no_valid_application_is_not_written(platform: Path, root: Path) -> None:
    catalog = catalog_of(platform, JOB.replace("image: .", "imagee: ."))
    assert "unknown-key" in codes(lambda: made(catalog, root, count="3"))
    assert list(root.iterdir()) == []


SOURCED = (
    HEAD + 'spec: {questions: [{name: n, default: x}], files: {"out/${answers.n}": {source: templates/a}}}\n'
)


def test_a_folder_comes_with_all_that_is_in_it(platform: Path, root: Path) -> None:
    catalog = catalog_of(
        platform,
        SOURCED,
        **{
            "templates/a/main.sh": b"#!/bin/sh\necho ${answers.n} ${HOME}\n",
            "templates/a/.hidden/${answers.n}.bin": b"\0${answers.n}",
            "templates/a/score.yaml": b"no: platform document",
        },
    )
    (platform / "templates/a/main.sh").chmod(0o755)
    template = chosen(catalog, "job")
    found = filled(catalog, template, answers_to(template, {}, nobody))
    assert found["out/x/main.sh"].content == b"#!/bin/sh\necho x ${HOME}\n"
    assert found["out/x/.hidden/x.bin"].content == b"\0${answers.n}"
    assert sorted(found) == ["out/x/.hidden/x.bin", "out/x/main.sh", "out/x/score.yaml"]
    write(root, begun(root, {k: v for k, v in found.items() if "score" not in k}, lambda _: None))
    assert (root / "out/x/main.sh").stat().st_mode & 0o777 == 0o755


@pytest.mark.slow
def test_a_repository_holds_templates_as_a_folder_does(tmp_path: Path, isolated_home: Path) -> None:
    files = {
        "catalog/job.yaml": SOURCED,
        "catalog/templates/a/b/main.txt": "${answers.n}\n",
        "catalog/templates/other/x": "not this",
    }
    origin = Repository.made(tmp_path / "origin", files)
    origin.git("tag", "v1")
    mirrors = Mirrors.of_user(os.environ)
    address, version = split_ref(f"{origin.url}//catalog@v1")
    catalog = load_catalog(Sources(mirrors).in_git(address, version), mirrors)
    template = chosen(catalog, None)
    found = filled(catalog, template, answers_to(template, {"n": "y"}, nobody))
    assert {path: f.content for path, f in found.items()} == {"out/y/b/main.txt": b"y\n"}


def test_a_link_in_a_template_is_not_followed(platform: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("planted")
    catalog = catalog_of(platform, SOURCED, **{"templates/a/x": b""})
    (platform / "templates/a/link").symlink_to(tmp_path / "secret")
    template = chosen(catalog, None)
    assert codes(lambda: filled(catalog, template, {"n": "x"})) == ["template-link"]
    (platform / "templates/a/link").unlink()
    (platform / "templates/a/x").unlink()
    assert codes(lambda: filled(catalog, template, {"n": "x"})) == ["template-source"]
    (platform / "templates/a").rmdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x").write_text("planted")
    (platform / "templates/a").symlink_to(tmp_path / "outside")
    assert codes(lambda: filled(catalog, template, {"n": "x"})) == ["template-link"]


OUTSIDE = [
    "../x",
    "/x",
    "a/../../x",
    "a\\x",
    "C:/x",
    ".git/hooks/post-checkout",
    "a/.GIT/config",
    ".bakehouse/state.db",
    "",
    ".",
    "a//b",
    "a/./b",
]


@pytest.mark.parametrize("target", OUTSIDE)
def test_a_template_writes_nowhere_else(platform: Path, root: Path, target: str) -> None:
    """Neither as it is written, nor by an answer, nor by a name in a folder of its own."""
    assert forbidden(target) is not None
    document = HEAD + "spec: {questions: [{name: n}], files: {%r: {content: x}}}\n"
    assert codes(lambda: catalog_of(platform, document % target)) in (["path-outside"], ["bad-name"])
    catalog = catalog_of(platform, document % "${answers.n}")
    template = chosen(catalog, None)
    assert codes(lambda: filled(catalog, template, {"n": target})) == ["path-outside"]


def test_a_link_inside_the_application_leads_no_template_out_of_it(
    platform: Path, root: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "jobs").symlink_to(elsewhere)
    assert "path-outside" in codes(lambda: made(catalog_of(platform, JOB), root, count="3"))
    assert list(elsewhere.iterdir()) == []
    assert [p.name for p in root.iterdir()] == ["jobs"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("default: job", "default: JOB", "bad-value"),
        ("values: [small, large], ", "", "missing-key"),
        ('pattern: "^[a-z-]+$"', 'pattern: "("', "bad-value"),
        ("name: fast", "name: count", "duplicate-name"),
        ("${answers.count}", "${answers.cuont}", "unknown-answer"),
        ("${answers.count}", "${answers}", "unknown-answer"),
        ("${answers.count}", "${answers. count}", "bad-placeholder"),
        ("jobs/${answers.name}.yaml", "jobs/${answers.nam}.yaml", "unknown-answer"),
        ("content: |", "source: templates/x\n      content: |", "file-content"),
        ("type: boolean", "type: bool", "bad-value"),
        ("default: true", "default: 3", "bad-value"),
        ("questions:", "questionss:", "unknown-key"),
    ],
)
def test_what_is_wrong_with_a_template_is_told_where_it_stands(
    platform: Path, old: str, new: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        catalog_of(platform, JOB.replace(old, new))
    assert code in [d.code for d in error.value.diagnostics]
    assert all(d.place is not None and d.place.line > 3 for d in error.value.diagnostics)


@pytest.mark.parametrize("source", ["../x", "/etc/passwd", "templates/../../x"])
def test_a_source_outside_the_catalog_is_refused(platform: Path, source: str) -> None:
    assert codes(lambda: catalog_of(platform, SOURCED.replace("templates/a", source))) == [
        "path-leaves-catalog"
    ]


def test_answers_are_given_asked_for_or_left_to_the_default(platform: Path) -> None:
    template = chosen(catalog_of(platform, JOB), None)
    said = iter(["", "many", "12", "3", "maybe", "y", ""])
    heard: list[tuple[str, str | None]] = []

    def ask(question: Question, problem: str | None) -> str:
        heard.append((question.name, problem))
        return next(said)

    assert answers_to(template, {}, ask) == {"name": "job", "count": 3, "fast": True, "size": "small"}
    assert heard == [
        ("name", None),
        ("count", None),
        ("count", "expected a whole number"),
        ("count", "12 is too large, the most is 9"),
        ("fast", None),
        ("fast", "expected yes or no"),
        ("size", None),
    ]


def test_every_answer_that_is_wrong_or_missing_is_told_at_once(platform: Path) -> None:
    template = chosen(catalog_of(platform, JOB), None)
    given = {"name": "A", "size": "huge", "conut": "1"}
    with pytest.raises(InvalidInput) as error:
        answers_to(template, given, nobody)
    assert [(d.code, d.message.rpartition(": ")[2]) for d in error.value.diagnostics] == [
        ("unknown-answer", "template job asks nothing called 'conut'"),
        ("bad-answer", "expected small letters"),
        ("bad-answer", "it has no default, and was not answered"),
        ("bad-answer", "expected one of small, large"),
    ]


def test_unknown_templates_are_told_with_the_nearest(platform: Path) -> None:
    catalog = catalog_of(platform, JOB, JOB.replace("name: job}", "name: other}", 1))
    with pytest.raises(InvalidInput) as error:
        chosen(catalog, "ohter")
    assert error.value.diagnostics[0].hint == "did you mean 'other'?"
    assert codes(lambda: chosen(catalog, None)) == ["unknown-template"]


@given(st.text("${}ans.wer$ \\", max_size=40), st.text(max_size=10))
def test_only_answers_are_replaced_and_what_is_inserted_is_not_read_again(text: str, value: str) -> None:
    assert expand(text, {"x": value}) == text
    assert expand(f"{text} ${{answers.x}}", {"x": value}) == f"{text} {value}"


def test_answers_are_found_inside_the_braces_of_other_languages() -> None:
    given = {"x": "1"}
    assert (
        expand("${A:-${answers.x}} {${answers.x}} $${answers.x} ${answersx}", given)
        == "${A:-1} {1} $${answers.x} ${answersx}"
    )


@given(st.text(max_size=20))
def test_an_answer_is_a_value_of_its_type_or_refused(text: str) -> None:
    for question in (
        Question("q"),
        Question("q", "integer", minimum=0, maximum=5),
        Question("q", "boolean"),
        Question("q", "enum", values=("a", "b")),
    ):
        try:
            found = answer(question, text)
        except ValueError:
            continue
        kinds = {"string": str, "integer": int, "boolean": bool, "enum": str}
        assert isinstance(found, kinds[question.type])
