"""Code blocks of the documentation, so that tests run what readers copy."""

import re

from house_tree import ROOT


def block(page: str, language: str, containing: str) -> str:
    """The one block of this language in the page that contains the text."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = [b for b in re.findall(rf"(?ms)^```{language}\n(.*?)^```", text) if containing in b]
    assert len(found) == 1, f"{len(found)} blocks of {page} contain {containing!r}"
    return str(found[0])
