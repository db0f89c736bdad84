"""Every error code that the program can say has a page in docs/errors, and every page is about such a code."""

import re
from pathlib import Path

import pytest

from bakehouse.cli import pages
from bakehouse.cli.register import SECTIONS, Family
from error_codes import said
from house_tree import ROOT

FOLDER = ROOT / "docs" / "errors"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != pages.INDEX)
HEADINGS = (["Cause", "Remedy"], ["Cause", "Remedy", "Example"])


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_code_has_a_page_and_no_page_is_orphaned() -> None:
    codes = said()
    assert len(codes) > 150
    written = {page.stem for page in PAGES}
    assert {code: place for code, place in codes.items() if code not in written} == {}
    assert written - codes.keys() == set()


def test_codes_are_found_however_they_are_said() -> None:
    """One of each way: a diagnostic, a reader's report, a chosen one, one of a table, a driver's fault, a message's."""
    ways = {"cycle", "file-content", "change-refused", "unknown-param", "needs-command", "port-not-used"}
    assert ways <= said().keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_code_as_title_then_cause_and_remedy(page: Path) -> None:
    lines = text(page).splitlines()
    assert lines[0] == f"# {page.stem}"
    found = pages.page_of(page.stem)
    assert found is not None
    assert list(found.sections) in HEADINGS
    assert all(found.sections.values())
    assert max(map(len, re.sub(r"(?ms)^```.*?^```", "", text(page)).splitlines())) <= 100


def test_the_index_has_every_page_once_below_a_topic() -> None:
    listed = [code for topic in pages.topics() for code in topic.codes]
    assert sorted(listed) == sorted(page.stem for page in PAGES)
    assert len(re.findall(r"(?m)^- ", text(FOLDER / pages.INDEX))) == len(listed)
    assert all(topic.about and topic.codes for topic in pages.topics())


def test_no_code_is_also_the_name_of_a_command() -> None:
    commands = {entry.name for section in SECTIONS for entry in section.commands}
    assert any(isinstance(entry, Family) for section in SECTIONS for entry in section.commands)
    assert commands & {page.stem for page in PAGES} == set()
