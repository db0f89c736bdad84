"""Documents name what is there, and the tree says nothing about the machine it was written on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from house_tree import ROOT, files

DECISIONS = ROOT / "docs" / "decisions"
MACHINE_PATH = re.compile(r"/(?:home|Users)/[a-z]\w+/|(?<![\w}])/(?:root|work|workspace|builds)/[\w.-]")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.terraform\.io|registry\.opentofu|proxy\.golang\.org"
    r"|--(?:extra-)?index-url|--trusted-host"
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def _texts() -> list[tuple[Path, str]]:
    found = []
    for path in files():
        try:
            found.append((path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize(
    ("what", "pattern"), [("machine path", MACHINE_PATH), ("package registry", REGISTRY)]
)
def test_no_file_names_one_machine_or_a_package_registry(what: str, pattern: re.Pattern[str]) -> None:
    wrong = [
        f"{path}:{number}: {what}: {line.strip()[:100]}"
        for path, text in _texts()
        if path != Path("tests/house/test_documents.py")
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert wrong == []


def test_every_decision_record_is_in_the_index_and_in_the_usual_form() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    records = sorted(DECISIONS.glob("[0-9]*.md"))
    assert records
    numbers = [record.name[:4] for record in records]
    assert len(set(numbers)) == len(numbers), "two records with one number"
    for record in records:
        text = record.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert f"[{title}]({record.name})" in index, f"{record.name} is not in the index, or by another title"
        assert re.match(rf"# {int(record.name[:4])}\. ", text), (
            f"{record.name}: the title begins with its number"
        )
        missing = [part for part in ("## Why", "## Decision", "## Consequences") if part not in text]
        assert not missing, f"{record.name} lacks {missing}"


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path, text in _texts():
        if path.suffix != ".md":
            continue
        prose = re.sub(r"(?ms)^```.*?^```", "", text)
        for target in LINK.findall(prose):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (ROOT / path.parent / target.split("#")[0]).exists():
                broken.append(f"{path}: {target}")
    assert broken == []


def test_pages_made_from_the_program_are_up_to_date(isolated_home: Path) -> None:
    command = [sys.executable, "docs/generate.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
