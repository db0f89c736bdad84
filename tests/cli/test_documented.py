"""What a user can meet has its line in the documentation."""

import re

from bakehouse.cli.exits import Exit
from house_tree import ROOT


def test_every_exit_code_is_documented_by_number_and_name() -> None:
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    documented = re.findall(r"(?m)^\| (\d+) \| `([A-Z]+)` \|", page)
    assert documented == [(str(int(e)), e.name) for e in Exit]
