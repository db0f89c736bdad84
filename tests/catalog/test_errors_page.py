"""Every code that resolving can tell has its row."""

import re

from house_tree import ROOT

SOURCES = ("resolvers/*.py", "resolvers/steps/*.py", "resolvers/catalog/*.py")
CODE = re.compile(
    r'(?:Diagnostic|Unresolved|Misfit|_too_much)\(\s*(?:\([^)]*\)|\([^)]*\), )?\s*"([a-z]+(?:-[a-z]+)*)"'
)
PAGES = ("docs/errors/editing.md", "docs/errors/resolving.md", "docs/errors/reading.md")


def test_every_code_of_resolving_is_on_a_page_of_errors() -> None:
    told = {
        code
        for pattern in SOURCES
        for path in ROOT.glob(pattern)
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }
    assert len(told) > 50
    listed = {
        code
        for page in PAGES
        for code in re.findall(r"`([a-z-]+)`", (ROOT / page).read_text(encoding="utf-8"))
    }
    assert told - listed == set()
