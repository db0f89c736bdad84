"""Every error code that the program can say is explained in docs/errors."""

import re
from pathlib import Path

from house_tree import ROOT

CODE = re.compile(
    r"(?:Diagnostic|state_error|damaged|SecretError|invalid|_invalid|Unresolved|error|warning|notice)"
    r'\(\s*(?:code=|shown, )?"([a-z]+(?:-[a-z]+)+)"'
)


def said() -> dict[str, Path]:
    """The codes in the package, each with a file that says it."""
    found: dict[str, Path] = {}
    for room in ("graph", "resolvers", "drivers", "plans", "cli"):
        for file in sorted((ROOT / room).rglob("*.py")):
            if "conformance" not in file.parts:
                found.update(dict.fromkeys(CODE.findall(file.read_text(encoding="utf-8")), file))
    return found


def test_every_error_code_has_its_line() -> None:
    pages = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "docs/errors").glob("*.md")))
    codes = said()
    assert len(codes) > 100
    assert {code: file.name for code, file in codes.items() if f"`{code}`" not in pages} == {}
