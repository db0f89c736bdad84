"""The list of packages in pyproject.toml: compare it with the tree (--check), or write it (--write).

The repository root is the package, so setuptools cannot find packages by itself without finding tests and examples too.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
STOREYS = ("graph", "resolvers", "drivers", "plans", "server", "cli")
PAGES = "docs/errors/*.md"
"""What `bakehouse help` reads: the pages lie with the other documents, and in the wheel at the same place."""

DATA = ("yaml", "json", "ini", "mako", "sql", "html", "css", "js", "svg", "tf", "typed")


def packages() -> list[str]:
    """Every package of the tree by its import name, sorted, the root first."""
    found = [
        "bakehouse." + ".".join(init.parent.relative_to(ROOT).parts)
        for storey in STOREYS
        for init in (ROOT / storey).rglob("__init__.py")
    ]
    return ["bakehouse", *sorted(found)]


def package_data() -> dict[str, list[str]]:
    """Patterns of the data files by the storey below which they lie; only kinds that are there."""
    data = {"bakehouse": ["py.typed", PAGES]}
    for storey in STOREYS:
        kinds = [kind for kind in DATA if any((ROOT / storey).rglob(f"*.{kind}"))]
        if kinds:
            data[f"bakehouse.{storey}"] = [f"**/*.{kind}" for kind in kinds]
    return data


def declared() -> tuple[list[str], dict[str, list[str]]]:
    """The packages and the data patterns that pyproject.toml names."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    return tool["packages"], tool["package-data"]


def write() -> None:
    """Put the packages and data patterns of the tree into pyproject.toml, in place."""
    file = ROOT / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    names = "".join(f'    "{name}",\n' for name in packages())
    text = re.sub(r"(?m)^packages = \[\n(?:    .*\n)*\]$", lambda _: f"packages = [\n{names}]", text)
    rows = "".join(
        f'"{name}" = [{", ".join(f"{chr(34)}{p}{chr(34)}" for p in patterns)}]\n'
        for name, patterns in package_data().items()
    )
    text = re.sub(
        r"(?m)^\[tool\.setuptools\.package-data\]\n(?:\".*\n)*",
        lambda _: f"[tool.setuptools.package-data]\n{rows}",
        text,
    )
    file.write_text(text, encoding="utf-8")


def main() -> int:
    """Exit code 0 when pyproject.toml agrees with the tree, or was made to."""
    if sys.argv[1:] == ["--write"]:
        write()
    if declared() == (packages(), package_data()):
        return 0
    missing = sorted(set(packages()) ^ set(declared()[0]))
    print(f"the package list in pyproject.toml is not that of the tree ({missing}): run `make packages`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
