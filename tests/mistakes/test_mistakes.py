"""Common mistakes: what a person typed, into which file or as which command, and the literal text that they see.

Each case of `cases/*.yaml` starts from the small application in `bakery/`. `edits` replace a text that stands in a file
exactly once, or write a new file; `first` are commands that were run before; `sees` is all that `command` prints.
"""

import re
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bakehouse.cli.main import main
from house_tree import ROOT
from repository import Repository

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One mistake."""

    mistake: str
    command: str
    sees: str
    edits: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    first: list[str] = field(default_factory=list[str])
    exit: int = 1


def cases(file: Path) -> list[Case]:
    documents: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Case(**document) for document in documents]


FILES = {file.stem: cases(file) for file in sorted((HERE / "cases").glob("*.yaml"))}
CASES = [pytest.param(case, id=f"{name}: {case.mistake}") for name, found in FILES.items() for case in found]


@dataclass(frozen=True)
class Bakery:
    """The application in a folder of its own."""

    folder: Path

    def edit(self, edit: dict[str, str]) -> None:
        file = self.folder / edit["in"]
        if "instead of" in edit:
            text = file.read_text(encoding="utf-8")
            assert text.count(edit["instead of"]) == 1, f"{edit['instead of']!r} in {edit['in']}"
            file.write_text(text.replace(edit["instead of"], edit["typed"]), encoding="utf-8")
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(edit["typed"], encoding="utf-8")

    def run(self, command: str, expect: int) -> str:
        """All that the command prints, with its folder and digests replaced by words."""
        program, *words = shlex.split(command)
        assert program == "bakehouse"
        run = CliRunner().invoke(main, words)
        said = run.stdout + run.stderr
        assert run.exit_code == expect, said
        return re.sub(r"dirty:[0-9a-f]+", "dirty:DIGEST", said.replace(str(self.folder), "FOLDER"))

    def files(self) -> dict[str, bytes]:
        """The person's own files."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        names = {str(path.relative_to(self.folder)): path for path in found}
        return {name: path.read_bytes() for name, path in names.items() if not name.startswith(".bakehouse/")}


@pytest.fixture
def bakery(tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Bakery:
    """The application without a mistake; commands start in its folder."""
    folder = tmp_path / "bakery"
    shutil.copytree(HERE / "bakery", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("bakehouse.cli.main._leave", sys.exit)
    return Bakery(folder)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_in_these_words_and_changes_nothing(bakery: Bakery, case: Case) -> None:
    for edit in case.edits:
        bakery.edit(edit)
    for command in case.first:
        bakery.run(command, 0)
    before = bakery.files()
    assert bakery.run(case.command, case.exit) == case.sees
    assert bakery.files() == before


def test_without_a_mistake_nothing_is_told(bakery: Bakery) -> None:
    assert bakery.run("bakehouse validate --type local", 0) == (
        "Valid: bakery, 2 workloads, 8 declared resources, checked for environments of type local.\n"
    )


def test_a_pack_whose_commit_is_gone_is_told_with_its_line(bakery: Bakery) -> None:
    house = Repository.made(bakery.folder.parent / "house", {"brand.yaml": "{}"})
    commit = "0123456789abcdef0123456789abcdef01234567"
    pack = f"    - {{name: house, source: git::{house.url}, version: {commit}}}"
    line = "    - name: bakehouse/local"
    bakery.edit({"in": "platform/platform.yaml", "instead of": line, "typed": f"{line}\n{pack}"})
    told = bakery.run("bakehouse validate", 1)
    error, place, *_, hint, more = told.replace(house.url, "file://HOUSE").splitlines()
    assert error == f"error: the repository file://HOUSE has no commit {commit} any more [git-commit-gone]"
    assert place == "  at platform/platform.yaml:9:7"
    assert hint == "  hint: it was rewritten or never pushed; name a tag or a commit that is there"
    assert more == "  more: bakehouse help git-commit-gone"


def test_there_are_cases_of_every_kind_of_file_and_of_commands() -> None:
    assert set(FILES) == {"application", "catalog", "commands", "score"}
    assert min(map(len, FILES.values())) >= 8
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES)
def test_every_error_says_what_to_do(case: Case) -> None:
    """A hint with the nearest name or the remedy, or the next command, below each error."""
    errors = re.split(r"(?m)^(?=error: )", case.sees)[1:]
    assert errors or case.exit == 0
    assert [error for error in errors if "  hint: " not in error and "  next: " not in error] == []


def test_examples_of_the_pages_about_errors_are_cases() -> None:
    """What a page shows of a command's output is what a case sees, word for word."""
    every = [case for found in FILES.values() for case in found]
    shown = 0
    for page in sorted((ROOT / "docs" / "errors").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for command, said in re.findall(r"(?ms)^```text\n\$ (.*?)\n(.*?)^```", text):
            seen = [case for case in every if case.command == command and said in case.sees]
            assert seen, f"{page.name} shows what no case sees"
            assert f"[{page.stem}]" in said
            shown += 1
    assert shown >= 40
