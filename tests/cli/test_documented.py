"""What a user can meet has its line in the documentation."""

import re
from pathlib import Path

from bakehouse.cli.exits import Exit
from house_tree import ROOT

OURS = [
    *(ROOT / "cli").rglob("*.py"),
    *(ROOT / "plans" / "reports").rglob("*.py"),
    *(
        ROOT / "plans" / "operations" / name
        for name in ("builds.py", "environments.py", "validating.py", "watching.py")
    ),
]


def codes(file: Path) -> set[str]:
    return set(re.findall(r'Diagnostic\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8")))


def test_every_error_code_of_the_command_line_is_documented() -> None:
    pages = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs" / "errors").glob("*.md"))
    missing = {
        f"{code} ({file.name})" for file in OURS for code in codes(file) if f"| `{code}` |" not in pages
    }
    assert missing == set()


def test_no_documented_code_is_gone() -> None:
    page = (ROOT / "docs" / "errors" / "cli.md").read_text(encoding="utf-8")
    known = {code for file in OURS for code in codes(file)}
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \|", page)) <= known


def test_every_exit_code_is_documented_by_number_and_name() -> None:
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    documented = re.findall(r"(?m)^\| (\d+) \| `([A-Z]+)` \|", page)
    assert documented == [(str(int(e)), e.name) for e in Exit]
