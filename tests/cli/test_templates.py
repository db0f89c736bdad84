"""Templates at the command line: listed, named, taken from a folder."""

import pytest

from desk import Desk

pytestmark = pytest.mark.slow

TEMPLATE = """\
---
kind: Template
metadata: {name: note}
spec:
  description: A note.
  questions: [{name: text, help: What it says}]
  files: {"notes/${answers.text}.txt": {source: templates/note.txt}}
"""


def test_the_catalog_says_which_templates_there_are(desk: Desk) -> None:
    desk.edit("platform/platform.yaml", lambda text: text + TEMPLATE)
    (desk.folder / "platform/templates").mkdir()
    (desk.folder / "platform/templates/note.txt").write_text("It says ${answers.text}.\n")
    listed = desk("init", "--template").out
    assert listed.startswith("note  A note.\n  text  What it says (string)\nweb  A web service in Python")
    assert [t["name"] for t in desk.read("init", "--template")["templates"]] == ["note", "web", "worker"]
    assert "Template" in desk("catalog", "list").out
    assert "What it says" in desk("catalog", "show", "note").out
    desk("catalog", "validate", "platform")

    run = desk("init", "--template", "note", "--no-input", expect=1)
    assert run.codes == ["bad-answer"]
    assert "the answer to 'text' (What it says) of template note: it has no default" in run.err
    assert "wrote notes/hello.txt" in desk("init", "--template", "note", "--answer", "text=hello").out
    assert (desk.folder / "notes/hello.txt").read_text() == "It says hello.\n"
    (desk.folder / "notes/hello.txt").write_text("mine")
    words = ["init", "--template", "./platform#note", "--answer", "text=hello", "--no-input"]
    assert desk(*words, expect=1).codes == ["file-exists"]
    desk(*words, "--overwrite")
    assert (desk.folder / "notes/hello.txt").read_text() == "It says hello.\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--template", "wbe"], "unknown-template"),
        (["--template", "./nowhere"], "catalog-missing"),
        (["--template", "./platform"], "unknown-template"),
        (["--template", "web", "--answer", "name"], "usage"),
        (["--answer", "name=x"], "usage"),
        (["--template", "https://host/x.git"], "git-version-missing"),
    ],
)
def test_a_template_that_cannot_be_used_writes_nothing(desk: Desk, words: list[str], code: str) -> None:
    before = sorted(desk.folder.rglob("*"))
    assert desk("init", *words, "--no-input", expect=1).codes == [code]
    assert sorted(desk.folder.rglob("*")) == before
