"""`bakehouse help`: what an error means, as literal text."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bakehouse.cli import pages
from bakehouse.cli.main import main


def said(*words: str, expect: int = 0) -> str:
    run = CliRunner().invoke(main, ["help", *words])
    assert run.exit_code == expect, run.output
    return run.stdout if expect == 0 else run.stderr


def test_the_page_of_a_code_gives_cause_and_remedy() -> None:
    assert said("git-link") == (
        "git-link  (Repositories)\n"
        "\n"
        "Cause\n"
        "  The folder in the repository holds a symbolic link or a submodule.\n"
        "\n"
        "Remedy\n"
        "  Put the files themselves into the repository.\n"
    )


@pytest.mark.parametrize("typed", ["[git-link]", "GIT-LINK", "git-link."])
def test_a_code_may_be_pasted_as_it_was_shown(typed: str) -> None:
    assert said(typed) == said("git-link")


def test_alone_it_says_how_it_is_used_and_lists_every_code_by_topic() -> None:
    text = said()
    assert text.startswith(
        "bakehouse help CODE      what an error means, and what to do about it\n"
        "bakehouse help COMMAND   the same as bakehouse COMMAND --help\n"
        "\n"
        "CODE is the word in brackets at the end of an error. These are all of them\n"
        "(with -v one sentence about each):\n"
        "\n"
        "Files\n"
        "  no-application, file-missing, file-unreadable, "
    )
    assert all(code in text for topic in pages.topics() for code in topic.codes)
    assert max(map(len, text.splitlines())) <= 100
    assert "  git-link              the folder holds a symbolic link or a submodule\n" in said("-v")


def test_an_unknown_code_names_the_nearest() -> None:
    assert said("unknwon-key", expect=1) == (
        "error: there is neither an error code nor a command 'unknwon-key' [unknown-help]\n"
        "  hint: did you mean 'unknown-key'?\n"
        "  next: bakehouse help unknown-key\n"
    )
    assert said("../../etc/passwd", expect=1) == (
        "error: there is neither an error code nor a command '../../etc/passwd' [unknown-help]\n"
        "  next: bakehouse help\n"
    )


def test_a_command_is_explained_as_by_its_own_help() -> None:
    own = CliRunner().invoke(main, ["env", "create", "--help"]).stdout
    assert said("env", "create") == said("env create") == own
    assert said("env", "craete", expect=1) == (
        "error: there is neither an error code nor a command 'env craete' [unknown-help]\n"
        "  hint: did you mean 'env create'?\n"
        "  next: bakehouse help env create\n"
    )


def test_help_is_given_where_the_files_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bakehouse.yaml").write_text("spec:\n  settings: {color: [\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert said("yaml-syntax").startswith("yaml-syntax  (YAML)\n")
    assert [path.name for path in tmp_path.iterdir()] == ["bakehouse.yaml"]


def test_for_programs_it_is_json() -> None:
    page = json.loads(said("git-link", "--json"))
    assert (page["kind"], page["code"], page["topic"]) == ("error-help", "git-link", "Repositories")
    assert set(page["sections"]) == {"Cause", "Remedy"}
    index = json.loads(said("--json"))
    assert index["topics"][0]["title"] == "Files"
    assert json.loads(said("plan", "--json"))["kind"] == "command-help"
