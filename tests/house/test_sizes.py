"""Modules and functions stay small enough to be read at one go."""

import ast
from pathlib import Path

from house_tree import ROOT, modules

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def _lines(path: Path) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def _tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def test_no_module_is_over_350_lines() -> None:
    assert [f"{path}: {_lines(path)}" for path in modules() if _lines(path) > 350] == []


def test_no_function_is_over_50_lines() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= 50
    ]
    assert long == []


def test_modules_are_named_by_their_concept() -> None:
    assert [str(path) for path in modules() if path.stem in VAGUE] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [str(path) for path in modules() if not ast.get_docstring(_tree(path))] == []


def test_packages_hold_no_logic_in_their_init() -> None:
    """A paragraph, imports and the public list: what lives here is in modules."""
    allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
    wrong = [
        f"{path}:{statement.lineno}"
        for path in modules()
        if path.name == "__init__.py"
        for statement in _tree(path).body
        if not isinstance(statement, allowed)
    ]
    assert wrong == []
