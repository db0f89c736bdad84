"""The error codes that the package's source can say, found without running it.

A code is a kebab-case text in a call of anything that takes a `code`, the first argument of a Diagnostic, what the
message of a driver's fault or a change's refusal begins with, or a text that is chosen for a variable `code` or stands
in a table of codes.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from house_tree import ROOT, modules

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+\Z")
_WORD = re.compile(r"[a-z]+\Z")
_BEGINS = re.compile(r"([a-z]+(?:-[a-z]+)+): ")
_FAULTS = {"PermanentFault", "TransientFault", "NotFound", "Conflict", "PortTaken", "Refused", "Missing"}


@cache
def said() -> dict[str, str]:
    """Every code, with a place that says it."""
    sources = [path for path in modules() if "conformance" not in path.parts]
    trees = {path: ast.parse((ROOT / path).read_text(encoding="utf-8")) for path in sources}
    takers = {name for tree in trees.values() for name in _takers(tree)}
    found: dict[str, str] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            for code in _codes(node, takers):
                found.setdefault(code, f"{path}:{getattr(node, 'lineno', 0)}")
    return found


def _takers(tree: ast.Module) -> Iterator[str]:
    """Names of functions with a parameter `code`, and of classes with such a field or constructor."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            takes = "code" in _parameters(node)
        else:
            takes = isinstance(node, ast.ClassDef) and any(_gives_code(part) for part in node.body)
        if takes:
            yield str(getattr(node, "name", ""))


def _gives_code(part: ast.stmt) -> bool:
    if isinstance(part, ast.AnnAssign):
        return ast.unparse(part.target) == "code"
    return isinstance(part, ast.FunctionDef) and part.name == "__init__" and "code" in _parameters(part)


def _parameters(function: ast.FunctionDef) -> set[str]:
    """The parameters that hold text."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {a.arg for a in every if a.annotation is not None and ast.unparse(a.annotation) == "str"}


def _codes(node: ast.AST, takers: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Call):
        yield from _of_call(node, takers)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = ast.unparse(node.targets[0])
        if target == "message":
            yield from _beginnings(node.value)
        elif re.search(r"\bcode\b|CODES", target):
            yield from (text for text in _inside(node.value) if _KEBAB.match(text))


def _of_call(call: ast.Call, takers: set[str]) -> Iterator[str]:
    name = ast.unparse(call.func).rpartition(".")[2]
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if name in takers:
        yield from (text for value in given for text in _texts(value) if _KEBAB.match(text))
    if name == "Diagnostic" and given:
        yield from (text for text in _texts(given[0]) if _WORD.match(text))
    if name in _FAULTS and given:
        yield from _beginnings(given[0])
    yield from (code for k in call.keywords if k.arg == "refused" for code in _beginnings(k.value))


def _beginnings(value: ast.expr) -> Iterator[str]:
    yield from (found[1] for text in _texts(value) if (found := _BEGINS.match(text)))


def _texts(value: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, of an f-string its beginning."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr) and value.values:
        yield from _texts(value.values[0])
    elif isinstance(value, ast.IfExp):
        yield from (*_texts(value.body), *_texts(value.orelse))


def _inside(value: ast.expr) -> Iterator[str]:
    """The texts in a choice, a tuple or a table; what is handed to a call is none of them."""
    yield from _texts(value)
    if isinstance(value, ast.IfExp):
        yield from (*_inside(value.body), *_inside(value.orelse))
    elif isinstance(value, ast.Tuple):
        yield from (text for item in value.elts for text in _texts(item))
    elif isinstance(value, ast.Dict):
        yield from (
            text for item in (*value.keys, *value.values) if item is not None for text in _texts(item)
        )
