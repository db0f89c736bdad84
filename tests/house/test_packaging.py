"""The wheel holds the whole package and nothing besides."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import bakehouse
from house_tree import ROOT, STOREYS, files, modules, package_files

SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in modules()}
    assert [str(f) for f in sorted(folders) if not (ROOT / f / "__init__.py").is_file()] == []


def test_the_package_list_is_that_of_the_tree() -> None:
    found = {".".join(("bakehouse", *path.parent.parts)) for path in modules()}
    assert set(SETUPTOOLS["packages"]) == {"bakehouse", *found}, "run `make packages`"


def test_the_root_holds_no_modules_but_the_package_itself() -> None:
    """Each would be installed as `bakehouse.NAME`."""
    assert {p.name for p in ROOT.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line)] == []


@pytest.mark.slow
def test_a_wheel_holds_every_module_and_data_file_and_nothing_else(tmp_path: Path) -> None:
    """Built from a copy, so that a build folder left in the checkout cannot lend it files."""
    for path in files():
        (tmp_path / "src" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, tmp_path / "src" / path)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(tmp_path / "src")], check=True)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {f"bakehouse/{path}" for path in package_files()}
    pages = {f"bakehouse/{path}" for path in files() if path.match("docs/errors/*.md")}
    assert "bakehouse/docs/errors/unknown-key.md" in pages
    root = {"bakehouse/__init__.py", "bakehouse/__main__.py", "bakehouse/py.typed"}
    assert names == expected | root | pages
    assert wheel.name.startswith(f"bakehouse-{bakehouse.__version__}-")


def test_the_link_for_static_tools_points_to_the_root() -> None:
    link = ROOT / ".src" / "bakehouse"
    assert link.is_symlink()
    assert link.readlink() == Path("..")


def test_storeys_that_stand_are_those_that_import_linter_guards() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    guarded = set(re.findall(r"[a-z]+", " ".join(contracts[0]["layers"]))) - {"main"}
    assert guarded == set(STOREYS)
    assert {Path(p).parts[0] for p in modules()} <= guarded
