"""Where a part is looked for, and what happens to the tests without it."""

from pathlib import Path

import pytest

from parts import finding
from parts.finding import MissingPart, Program, find, need
from parts.terraform import terraform

OVEN = Program("oven", how="install the oven")


def _executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def _nothing_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.delenv("CI", raising=False)


def test_its_variable_comes_before_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_path, named = _executable(tmp_path / "path" / "oven"), _executable(tmp_path / "named" / "oven")
    assert find(OVEN) == on_path
    monkeypatch.setenv("BAKEHOUSE_PART_OVEN", str(named))
    assert find(OVEN) == named


def test_a_variable_that_names_no_program_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BAKEHOUSE_PART_OVEN", str(tmp_path))
    with pytest.raises(MissingPart, match=r"BAKEHOUSE_PART_OVEN names .* is no program"):
        find(OVEN)


def test_the_path_comes_before_what_was_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(finding, "built", lambda module: tmp_path / "built")
    program = Program("oven", "bakery")
    assert find(program) == tmp_path / "built" / "oven"
    assert find(program) != _executable(tmp_path / "path" / "oven")
    assert find(program) == tmp_path / "path" / "oven"


def test_what_can_neither_be_found_nor_built_says_how_it_is_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "built", lambda module: None)
    monkeypatch.setattr(finding, "can_build", lambda: False)
    with pytest.raises(MissingPart, match=r"oven is missing: `make parts` builds it"):
        find(Program("oven", "bakery"))


def test_a_missing_part_skips_its_tests_outside_ci() -> None:
    with pytest.raises(pytest.skip.Exception, match="oven is missing: install the oven"):
        need(OVEN)


def test_a_missing_part_fails_its_tests_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="oven is missing: install the oven"):
        need(OVEN)


def test_terraform_is_not_required_even_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED: terraform is missing"):
        terraform()
